"""Probes an address, to distinguish an absent server from a wrong port.

gRPC reports both as UNAVAILABLE, and a silent port as a missed deadline. A gRPC server
answers the first bytes of HTTP/2 with a SETTINGS frame at once; other servers do not.
"""

from __future__ import annotations

import socket
import ssl
from enum import Enum, auto

from digits_widget.serving.target import Target

_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""The HTTP/2 connection preface and an empty SETTINGS frame (RFC 9113, 3.4)."""

_PATIENCE = 0.25
"""Seconds for one address to accept the connection, and again to answer."""


class Found(Enum):
    """Results of a probe."""

    GRPC = auto()
    """A server of HTTP/2 in plain text, as gRPC uses it."""

    HTTP = auto()
    """A server of HTTP/1."""

    TLS = auto()
    """A server that requires encryption."""

    SILENT = auto()
    """A server that stays silent, or answers in an unknown protocol."""

    NOTHING = auto()
    """No program listens."""

    NO_NAME = auto()
    """The host name does not exist."""

    UNCLEAR = auto()
    """The address did not respond in time, or several addresses differ."""


def probe(target: Target) -> Found:
    """Connect to every address of `target` and return their common result.

    This takes a quarter of a second for each address that does not answer, and a few
    milliseconds for the others.
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
    # This only detects TLS. It sends no data, so it need not verify the server.
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
