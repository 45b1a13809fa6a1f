"""Makes HTTP/1.1 requests to one server through urllib3, each within its deadline.

Failures become our errors.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from types import MappingProxyType
from typing import Any

import grpc
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError

from digits_widget.errors import (
    AnswerError,
    ServerAbsentError,
    ServingError,
    WrongPortError,
)
from digits_widget.protocol.servable import Servable
from digits_widget.serving.connection import Connection
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.error_hints import ERRORS, error_class, error_for
from digits_widget.serving.rest_json import parse
from digits_widget.serving.target import Target
from digits_widget.serving.transport import GetHint

_ATTEMPTS = 4
_FIRST_PAUSE = 0.08
"""Seconds before the second attempt; doubled for each further one, as with gRPC."""

_CHUNK = 1 << 16
_MOST_KEPT = 256
"""Most connections to keep open; beyond that urllib3 closes some and logs it."""


CODES = MappingProxyType(
    {
        400: grpc.StatusCode.INVALID_ARGUMENT,
        401: grpc.StatusCode.UNAUTHENTICATED,
        403: grpc.StatusCode.PERMISSION_DENIED,
        404: grpc.StatusCode.NOT_FOUND,
        405: grpc.StatusCode.UNIMPLEMENTED,
        409: grpc.StatusCode.ABORTED,
        413: grpc.StatusCode.RESOURCE_EXHAUSTED,
        429: grpc.StatusCode.RESOURCE_EXHAUSTED,
        499: grpc.StatusCode.CANCELLED,
        501: grpc.StatusCode.UNIMPLEMENTED,
        502: grpc.StatusCode.UNAVAILABLE,
        503: grpc.StatusCode.UNAVAILABLE,
        504: grpc.StatusCode.DEADLINE_EXCEEDED,
    }
)
"""The gRPC status of each HTTP status; INTERNAL for all others."""

_FROM_A_PROXY = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
)
"""Statuses that a proxy in front of the server may send itself, without JSON."""

_NOT_HTTP = (
    http.client.BadStatusLine,
    http.client.UnknownProtocol,
    http.client.LineTooLong,
)

_ABSENT = (
    "Start it with its REST port (digits-widget serve does), wait until it has loaded "
    "its model, or correct the address."
)
_NO_HTTP = (
    "What listens there does not speak HTTP/1. Use the REST port, usually 8501; for "
    "the gRPC port leave out http://."
)
_NO_JSON = (
    "What listens there is a web server, and not TensorFlow Serving. Check the "
    "address: REST is usually on 8501."
)


class ResponseTooLargeError(Exception):
    """The answer exceeds the size limit."""


class HttpRequests:
    """Makes requests, and keeps healthy connections for later ones."""

    def __init__(self, target: Target, connection: Connection) -> None:
        ((host, port),) = target.addresses
        self._connection = connection
        self._pool: urllib3.HTTPConnectionPool
        if target.scheme == "https":
            tls = connection.tls
            self._pool = urllib3.HTTPSConnectionPool(
                host,
                port,
                maxsize=_MOST_KEPT,
                ssl_context=_context(connection),
                server_hostname=(tls.server_name if tls else None) or host,
            )
            self._pool.ConnectionCls = _TlsConnection
        else:
            self._pool = urllib3.HTTPConnectionPool(host, port, maxsize=_MOST_KEPT)
            self._pool.ConnectionCls = _PlainConnection

    def request(
        self, method: str, path: str, body: bytes | None, deadline: Deadline
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer.

        The method tries up to four times while no server accepts the connection or the
        server is unavailable (503). All requests of this client may be repeated.

        Parameters
        ----------
        method, path : str
            Such as ``GET`` and ``/v1/models/digits``.
        body : bytes, optional
            The body to post.
        deadline : Deadline
            Time by which the last byte of the answer must arrive, after any number of
            attempts.

        Raises
        ------
        OSError, http.client.HTTPException, urllib3.exceptions.HTTPError
            There is no connection, no answer in time, or no valid HTTP answer.
        ResponseTooLargeError
            The answer exceeds the limit.
        """
        pause, attempt = _FIRST_PAUSE, 1
        while True:
            last = attempt == _ATTEMPTS or deadline.left <= pause
            try:
                status, answer = self._once(method, path, body, deadline)
            except (HTTPError, OSError) as exc:
                if deadline.is_over:
                    raise TimeoutError from exc
                if not isinstance(cause_of(exc), ConnectionError):
                    raise
                if last and not self._connection.wait_for_ready:
                    raise
            else:
                if status != http.HTTPStatus.SERVICE_UNAVAILABLE or last:
                    return status, answer
            time.sleep(min(pause, deadline.left))
            pause, attempt = min(2 * pause, 1.0), attempt + 1

    def close(self) -> None:
        """Close idle connections now, and those in use after their answer."""
        self._pool.close()

    def _once(
        self, method: str, path: str, body: bytes | None, deadline: Deadline
    ) -> tuple[int, bytes]:
        response = self._pool.urlopen(
            method,
            path,
            body,
            self._headers(),
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(total=deadline.left),
            preload_content=False,
            decode_content=False,
        )
        whole = False
        try:
            answer = self._read(response, deadline)
            whole = True
        finally:
            response.hang_up.cancel()  # type: ignore[attr-defined] # see _Punctual
            if not whole:
                response.close()
            response.release_conn()
        return response.status, answer

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: Deadline) -> bytes:
        limit = self._connection.max_response_bytes
        said = response.headers.get("Content-Length", "")
        parts, size = [], int(said) if said.isdecimal() else 0
        if size > limit:
            raise ResponseTooLargeError
        size = 0
        while part := response.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise ResponseTooLargeError
        # Without a length, an answer that our own hang-up cut off looks complete.
        if deadline.is_over:
            raise TimeoutError
        return b"".join(parts)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        token = self._connection.bearer()
        return headers | ({"Authorization": f"Bearer {token}"} if token else {})


def cause_of(exc: BaseException) -> BaseException:
    """Return the error of the socket or of `http.client` that urllib3 wrapped."""
    if isinstance(exc, ProtocolError) and isinstance(exc.args[-1], Exception):
        return exc.args[-1]
    if isinstance(exc, NewConnectionError) and exc.__cause__ is not None:
        return exc.__cause__
    return exc


class _Punctual(HTTPConnection):
    """Hangs up at the deadline, even while bytes still arrive slowly.

    A socket's own timeout restarts with every byte.
    """

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override] # theirs
        """Wait for the head of the answer; the caller must cancel its `hang_up`."""
        hang_up = threading.Timer(float(self.timeout or 0), _hang_up, [self.sock])
        hang_up.daemon = True
        hang_up.start()
        try:
            response = super().getresponse()
        except BaseException:
            hang_up.cancel()
            raise
        response.hang_up = hang_up  # type: ignore[attr-defined]
        return response


class _PlainConnection(_Punctual):
    """A connection without encryption."""


class _TlsConnection(_Punctual, HTTPSConnection):
    """A connection with encryption."""


def _hang_up(connection: Any) -> None:  # noqa: ANN401 - a socket, of TLS or not
    # Shut down below TLS: this thread must not touch another thread's TLS state.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _context(connection: Connection) -> ssl.SSLContext:
    tls = connection.tls
    if tls is None:
        return ssl.create_default_context()
    tls.read()  # names a missing file, unlike ssl
    context = ssl.create_default_context(cafile=tls.ca)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


class HttpCalls:
    """Makes the requests of one client and raises our errors."""

    def __init__(
        self, target: Target, servable: Servable, connection: Connection
    ) -> None:
        self._target = target
        self._servable = servable
        self._http = HttpRequests(target, connection)

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None,
        timeout: float,
        get_hint: GetHint,
    ) -> bytes:
        """Make a request and return the body of the answer.

        Parameters
        ----------
        method, path, body
            As for `HttpRequests.request`.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.

        Raises
        ------
        ServingError
            The request failed; the subclass says why.
        """
        deadline = Deadline.after(timeout)
        try:
            status, answer = self._http.request(method, path, body, deadline)
        except (OSError, HTTPError, ResponseTooLargeError) as exc:
            raise self._failure(exc, get_hint) from exc
        if status != http.HTTPStatus.OK:
            raise self._refusal(status, answer, get_hint)
        return answer

    def _failure(self, exc: Exception, get_hint: GetHint) -> ServingError:
        """Return our error for a request without an answer."""
        cause = cause_of(exc)
        code, hint = grpc.StatusCode.UNAVAILABLE, ""
        details = str(cause) or type(cause).__name__
        kind: type[ServingError] | None = None
        match cause:
            case TimeoutError() | urllib3.exceptions.TimeoutError():
                code = grpc.StatusCode.DEADLINE_EXCEEDED
                details = "no whole answer in time"
            case ResponseTooLargeError():
                code = grpc.StatusCode.RESOURCE_EXHAUSTED
                hint = "Ask for less, or raise max_response_bytes=."
            case ConnectionRefusedError() | socket.gaierror():
                kind, hint = ServerAbsentError, _ABSENT
            case _ if isinstance(cause, _NOT_HTTP) and not isinstance(
                cause, ConnectionError
            ):
                kind, hint, details = WrongPortError, _NO_HTTP, "no HTTP"
        return error_for(
            code,
            details,
            target=str(self._target),
            model=self._servable.name,
            hint=hint or get_hint(kind or ERRORS[code], code, details),
            kind=kind,
        )

    def _refusal(self, status: int, answer: bytes, get_hint: GetHint) -> ServingError:
        """Return our error for an answer with an error status."""
        code = CODES.get(status, grpc.StatusCode.INTERNAL)
        kind: type[ServingError] | None = None
        hint = ""
        try:
            parsed = parse(answer)
            details = str(parsed["error"]) if isinstance(parsed, dict) else ""
        except (AnswerError, KeyError):
            details = f"HTTP status {status}"
            if code not in _FROM_A_PROXY:
                kind, hint = WrongPortError, _NO_JSON
        kind = kind or error_class(code, details)
        return error_for(
            code,
            details,
            target=str(self._target),
            model=self._servable.name,
            hint=hint or get_hint(kind, code, details),
            kind=kind,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
