"""A look at what is behind an address, to tell an absent server from a wrong port.

gRPC reports both as UNAVAILABLE, and a port that says nothing as a deadline. A server
of gRPC answers the first bytes of HTTP/2 with a SETTINGS frame at once; others do not.
"""

from __future__ import annotations

import socket
import ssl
from enum import Enum, auto

from digits_widget.serving.target import Target

_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""The fixed words that open HTTP/2, and an empty SETTINGS frame (RFC 9113, 3.4)."""

_PATIENCE = 0.25
"""Seconds for one address: to be reached, and to say something."""


class Found(Enum):
    """What is behind an address."""

    GRPC = auto()
    """HTTP/2, as gRPC speaks it in plain text."""

    HTTP = auto()
    """HTTP/1."""

    TLS = auto()
    """Something that wants encryption."""

    SILENT = auto()
    """Something that listens, and says nothing or nothing we know."""

    NOTHING = auto()
    """Nobody listens."""

    NO_NAME = auto()
    """A host name that nobody knows."""

    UNCLEAR = auto()
    """Not reached in time, or several that differ."""


def probe(target: Target) -> Found:
    """Dial every address of `target` and return what all of them are, at most.

    Takes a quarter of a second for each address that does not answer, and a few
    milliseconds for those that do.
    """
    found = {_probe(address) for address in target.addresses}
    return found.pop() if len(found) == 1 else Found.UNCLEAR


def _probe(address: tuple[str, int]) -> Found:
    try:
        with socket.create_connection(address, timeout=_PATIENCE) as connection:
            found = _listen(connection)
        return Found.TLS if found is Found.SILENT and _speaks_tls(address) else found
    except socket.gaierror:
        return Found.NO_NAME
    except ConnectionRefusedError:
        return Found.NOTHING
    except OSError:
        return Found.UNCLEAR


def _speaks_tls(address: tuple[str, int]) -> bool:
    # Only whether it speaks, not with whom: nothing is sent that would need trust.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    try:
        with (
            socket.create_connection(address, timeout=_PATIENCE) as connection,
            context.wrap_socket(connection),
        ):
            return True
    except OSError:
        return False


def _listen(connection: socket.socket) -> Found:
    try:
        connection.sendall(_HELLO)
        answer = connection.recv(64)
    except OSError:
        return Found.SILENT
    if answer.startswith(b"HTTP/1") or answer.lstrip().startswith(b"<"):
        return Found.HTTP
    return Found.GRPC if answer[3:4] == b"\x04" else Found.SILENT
