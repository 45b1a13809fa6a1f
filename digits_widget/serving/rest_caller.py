"""Requests over HTTP, with their failures as our errors."""

from __future__ import annotations

import http.client
import socket
from types import MappingProxyType

import grpc

from digits_widget.errors import (
    AnswerError,
    ServerAbsentError,
    ServingError,
    WrongPortError,
)
from digits_widget.serving.connection import Connection
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.http_pool import HttpPool, ResponseTooLargeError
from digits_widget.serving.rest_json import parse
from digits_widget.serving.servable import Servable
from digits_widget.serving.status import ERRORS, error_class, error_for
from digits_widget.serving.target import Target
from digits_widget.serving.transport import Know

CODES = MappingProxyType(
    {
        400: grpc.StatusCode.INVALID_ARGUMENT,
        401: grpc.StatusCode.UNAUTHENTICATED,
        403: grpc.StatusCode.PERMISSION_DENIED,
        404: grpc.StatusCode.NOT_FOUND,
        409: grpc.StatusCode.ABORTED,
        413: grpc.StatusCode.RESOURCE_EXHAUSTED,
        429: grpc.StatusCode.RESOURCE_EXHAUSTED,
        499: grpc.StatusCode.CANCELLED,
        501: grpc.StatusCode.UNIMPLEMENTED,
        503: grpc.StatusCode.UNAVAILABLE,
        504: grpc.StatusCode.DEADLINE_EXCEEDED,
    }
)
"""What a status of HTTP means in gRPC's terms; any other is INTERNAL."""

_ABSENT = (
    "Nothing listens there. Start the server with its REST port (digits-widget serve "
    "does), wait until it has loaded its model, or mend the address."
)
_NO_HTTP = (
    "What listens there does not speak HTTP/1. Use the REST port, usually 8501; for "
    "the gRPC port leave out http://."
)
_NO_JSON = (
    "What listens there is a web server, and not TensorFlow Serving. Check the "
    "address: REST is usually on 8501."
)


class RestCaller:
    """The requests of one client."""

    def __init__(
        self, target: Target, servable: Servable, connection: Connection
    ) -> None:
        self._target = target
        self._servable = servable
        self._pool = HttpPool(target, connection)

    def call(
        self, method: str, path: str, body: bytes | None, timeout: float, know: Know
    ) -> bytes:
        """Make a request and return the body of its answer."""
        deadline = Deadline.after(timeout)
        try:
            status, answer = self._pool.request(method, path, body, deadline)
        except (OSError, http.client.HTTPException, ResponseTooLargeError) as exc:
            raise self._failure(exc, know) from exc
        if status != http.HTTPStatus.OK:
            raise self._refusal(status, answer, know)
        return answer

    def _failure(self, exc: Exception, know: Know) -> ServingError:
        """Return our error for a request that had no answer."""
        code, knowledge = grpc.StatusCode.UNAVAILABLE, ""
        kind: type[ServingError] | None = None
        match exc:
            case TimeoutError():
                code = grpc.StatusCode.DEADLINE_EXCEEDED
            case ResponseTooLargeError():
                code = grpc.StatusCode.RESOURCE_EXHAUSTED
                knowledge = "Ask for less, or raise max_response_bytes=."
            case ConnectionRefusedError() | socket.gaierror():
                kind, knowledge = ServerAbsentError, _ABSENT
            case http.client.BadStatusLine() if not isinstance(exc, ConnectionError):
                kind, knowledge = WrongPortError, _NO_HTTP
        return error_for(
            code,
            "no HTTP" if kind is WrongPortError else str(exc) or type(exc).__name__,
            target=str(self._target),
            model=self._servable.name,
            knowledge=knowledge or know(kind or ERRORS[code]),
            kind=kind,
        )

    def _refusal(self, status: int, answer: bytes, know: Know) -> ServingError:
        """Return our error for an answer that is one."""
        code = CODES.get(status, grpc.StatusCode.INTERNAL)
        kind: type[ServingError] | None = None
        knowledge = ""
        try:
            parsed = parse(answer)
            details = str(parsed["error"]) if isinstance(parsed, dict) else ""
        except (AnswerError, KeyError):
            details = f"HTTP status {status}"
            if code is not grpc.StatusCode.UNAVAILABLE:
                kind, knowledge = WrongPortError, _NO_JSON
        kind = kind or error_class(code, details)
        return error_for(
            code,
            details,
            target=str(self._target),
            model=self._servable.name,
            knowledge=knowledge or know(kind),
            kind=kind,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
