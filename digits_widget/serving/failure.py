"""What a failed call means: gRPC's words, and a look at what is behind the address."""

from __future__ import annotations

import grpc

from digits_widget.errors import (
    ServerAbsentError,
    ServerUnavailableError,
    ServingError,
    WrongPortError,
)
from digits_widget.serving.connection import Connection
from digits_widget.serving.probe import Found, probe
from digits_widget.serving.servable import Servable
from digits_widget.serving.status import error_class, error_for
from digits_widget.serving.target import Target
from digits_widget.serving.transport import Know

_LOOK_CLOSER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
"""What gRPC says of an absent server, a wrong port and a slow model alike."""

_ABSENT = (
    "Nothing listens there. Start the server (digits-widget serve), wait until it has "
    "loaded its model, or mend the address."
)
_NO_NAME = "No such name is known to this network. Mend the address."
_HTTP = (
    "What listens there speaks HTTP/1, as the REST port (8501) does. Use the gRPC "
    "port, usually 8500, or write http:// before the address to use REST."
)
_WANTS_TLS = "The server there wants encryption. Give tls=Tls(ca=...)."
_SILENT = (
    "Something listens there and does not answer as gRPC would. Check the port: gRPC "
    "is usually on 8500."
)
_NO_TLS = (
    "The server answers there in plain text, and this client wants encryption. Leave "
    "out tls=, or use the server's encrypted port."
)

_PLAIN: dict[Found, tuple[type[ServingError], str]] = {
    Found.NOTHING: (ServerAbsentError, _ABSENT),
    Found.NO_NAME: (ServerAbsentError, _NO_NAME),
    Found.HTTP: (WrongPortError, _HTTP),
    Found.TLS: (ServerUnavailableError, _WANTS_TLS),
    Found.SILENT: (WrongPortError, _SILENT),
}
"""What to make of each finding, for a client without encryption."""

_ENCRYPTED: dict[Found, tuple[type[ServingError], str]] = {
    Found.NOTHING: _PLAIN[Found.NOTHING],
    Found.NO_NAME: _PLAIN[Found.NO_NAME],
    Found.HTTP: _PLAIN[Found.HTTP],
    Found.GRPC: (ServerUnavailableError, _NO_TLS),
}
"""The same for one with encryption: silence is what it must expect of a good server."""


def grpc_error(
    exc: grpc.RpcError,
    target: Target,
    servable: Servable,
    connection: Connection,
    know: Know,
) -> ServingError:
    """Return our error for a call that gRPC gave up; raise it ``from exc``."""
    code, details = exc.code(), exc.details() or ""
    kind, knowledge = error_class(code, details), ""
    if code in _LOOK_CLOSER:
        found = probe(target)
        if connection.tls is None:
            kind, knowledge = _PLAIN.get(found, (kind, ""))
        else:
            kind, knowledge = _ENCRYPTED.get(found, (kind, ""))
    return error_for(
        code,
        # What we found is plainer than gRPC's words, which the cause still has.
        "" if knowledge else details,
        target=str(target),
        model=servable.name,
        knowledge=knowledge or know(kind),
        kind=kind,
    )
