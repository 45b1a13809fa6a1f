"""`Connection`: how to reach a server, and how much may travel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digits_widget.errors import OptionError

MIB = 1 << 20


@dataclass(frozen=True)
class Tls:
    """Files in PEM form for an encrypted connection; none at all uses public roots."""

    ca: str | Path | None = None
    """Certificates of those who may vouch for the server."""

    certificate: str | Path | None = None
    """Our own certificate, where the server asks for one (mutual TLS)."""

    key: str | Path | None = None
    """The private key to it."""

    server_name: str | None = None
    """The name in the server's certificate, where it is not the one in the address."""

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
    """Encrypt; None for plain text."""

    token: str | Callable[[], str] | None = None
    """Bearer token sent with each call, or a function that gives a fresh one."""

    max_request_bytes: int = 4 * MIB
    """Batches are split to stay under this many bytes. A stock gRPC server takes no
    more; TensorFlow Serving would take 2 GiB."""

    max_response_bytes: int = 64 * MIB
    """Larger answers are refused. gRPC's own limit would be 4 MiB."""

    keepalive: float | None = None
    """Seconds between signs of life on an idle connection; None for none, as a server
    may hang up on those who send them too often."""

    wait_for_ready: bool = False
    """True: calls wait for an absent server until their deadline. False: they give up
    after four attempts, in about a second."""

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
        return Path(path).read_bytes()
    except OSError as exc:
        msg = (
            f"Got {path} for TLS, expected a file in PEM form ({exc.strerror}). "
            "Check the path and who may read it."
        )
        raise OptionError(msg) from exc
