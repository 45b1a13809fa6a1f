"""`Connection`: how to reach a server, and how large messages may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digits_widget.errors import OptionError
from digits_widget.regular_file import read_regular_file

MIB = 1 << 20


@dataclass(frozen=True)
class Tls:
    """PEM files for an encrypted connection; without any, public roots are trusted."""

    ca: str | Path | None = None
    """Certificates of the authorities to trust."""

    certificate: str | Path | None = None
    """The client's own certificate, if the server requires one (mutual TLS)."""

    key: str | Path | None = None
    """The private key of that certificate."""

    server_name: str | None = None
    """The name in the server's certificate, if it differs from the address."""

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            msg = (
                "Got a certificate or a key alone, expected both or none. Mutual TLS "
                "needs certificate= and key=; plain TLS needs neither."
            )
            raise OptionError(msg)

    def read(self) -> tuple[bytes | None, bytes | None, bytes | None]:
        """Return the contents of ca, key and certificate.

        Raises
        ------
        OptionError
            A file cannot be read.
        """
        return _read(self.ca), _read(self.key), _read(self.certificate)


@dataclass(frozen=True)
class Connection:
    """How to reach a server. The defaults suit one on this machine."""

    tls: Tls | None = None
    """Encryption; None for plain text."""

    token: str | Callable[[], str] | None = None
    """Bearer token to send with each call, or a function that returns one."""

    max_request_bytes: int = 4 * MIB
    """Largest request in bytes; the client splits batches to fit. This is the default
    limit of gRPC servers; TensorFlow Serving accepts 2 GiB."""

    max_response_bytes: int = 64 * MIB
    """Largest answer in bytes; gRPC's own default is 4 MiB."""

    keepalive: float | None = None
    """Seconds between keepalive pings on an idle connection. None sends no pings: a
    server may close connections that ping too often."""

    wait_for_ready: bool = False
    """True: calls wait for an absent server until their deadline. False: they give up
    after four attempts, within about a second."""

    def __post_init__(self) -> None:
        for name in ("max_request_bytes", "max_response_bytes"):
            if not 1024 <= getattr(self, name) < 1 << 31:
                msg = (
                    f"Got {name}={getattr(self, name)}, expected 1024 bytes to 2 GiB. "
                    "The defaults suit batches of a thousand digits."
                )
                raise OptionError(msg)
        if self.keepalive is not None and not self.keepalive >= 1:
            msg = (
                f"Got keepalive={self.keepalive}, expected seconds, at least 1, or "
                "None. Leave it out unless something cuts idle connections."
            )
            raise OptionError(msg)

    def bearer(self) -> str | None:
        """Return the token for one call, or None."""
        return self.token() if callable(self.token) else self.token


def _read(path: str | Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return read_regular_file(path, most=MIB)
    except (OSError, ValueError) as exc:
        why = getattr(exc, "strerror", None) or exc
        msg = (
            f"Got {path} for TLS, expected a file in PEM form ({why}). "
            "Check the path and who may read it."
        )
        raise OptionError(msg) from exc
