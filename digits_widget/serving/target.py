"""`Target`: a server's address, in the forms that gRPC and users write."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from digits_widget.errors import OptionError
from digits_widget.loopback import is_loopback

_SCHEMES = ("dns", "ipv4", "ipv6", "unix")


@dataclass(frozen=True)
class Target:
    """One server, or several equivalent ones."""

    text: str
    """``host:port``; ``ipv4:a:1,b:2`` or ``ipv6:[::1]:1,…`` for several; ``dns:///name:
    port`` for all addresses of a name; ``unix:/path``; ``http://host:port`` for
    REST."""

    def __post_init__(self) -> None:
        if self.is_rest:
            return
        if not self.text or any(each.isspace() for each in self.text):
            raise _no_address(self.text)
        if self.scheme != "unix" and not all(port for _, port in self.addresses):
            raise _no_address(self.text)

    @property
    def is_rest(self) -> bool:
        """True for an address of the REST interface."""
        return self.text.startswith(("http://", "https://"))

    @property
    def scheme(self) -> str:
        """``dns``, ``ipv4``, ``ipv6``, ``unix``, ``http``, ``https`` or nothing."""
        scheme, colon, _ = self.text.partition(":")
        known = colon and scheme in (*_SCHEMES, "http", "https")
        return scheme if known and not self.text[len(scheme) + 1 :].isdigit() else ""

    @property
    def grpc(self) -> str:
        """The address in gRPC's form."""
        return self.text

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Hosts and ports for a plain TCP socket; empty for Unix sockets."""
        if self.is_rest:
            parts = urlsplit(self.text)
            secure = parts.scheme == "https"
            return ((parts.hostname or "", parts.port or (443 if secure else 80)),)
        if self.scheme == "unix":
            return ()
        bare = self.text.removeprefix(f"{self.scheme}:") if self.scheme else self.text
        if bare.startswith("//"):
            bare = bare[2:].partition("/")[2]
        return tuple(_split(each) for each in bare.split(","))

    @property
    def is_loopback(self) -> bool:
        """True if the address is always on this machine."""
        return all(is_loopback(host) for host, _ in self.addresses)

    def __str__(self) -> str:
        return self.text


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    valid = host and port.isdigit() and 0 < int(port) < 65536
    return host.removeprefix("[").removesuffix("]"), int(port) if valid else 0


def _no_address(text: str) -> OptionError:
    return OptionError(
        f"Got {text!r} as a server's address, expected host:port such as "
        "127.0.0.1:8500, several as ipv4:10.0.0.1:8500,10.0.0.2:8500 or dns:///name:8500,"
        " or http://host:8501 for REST. Add the port, for example.",
        target=text,
    )
