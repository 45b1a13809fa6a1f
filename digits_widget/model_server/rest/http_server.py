"""The HTTP server: tornado reads and writes in the event loop, a few threads answer.

The server limits every resource that a client can occupy: the time and size of a head
and of a body, and the number of connections. When there are too many connections, the
server closes the one that has kept it waiting longest, and accepts the new client.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import socket
import sys
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from tornado.http1connection import (
    HTTP1Connection,
    HTTP1ConnectionParameters,
    HTTP1ServerConnection,
)
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream

from digits_widget.errors import PortTakenError
from digits_widget.model_server.log import log, log_once
from digits_widget.model_server.rest.http_message import Answer, Request, error_answer
from digits_widget.model_server.turns import LARGE_BYTES, Turns

Handler = Callable[[Request], Answer]

CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}
"""Headers that allow pages from other origins to use the answers."""

MAX_CONNECTIONS = 1000
MAX_HEAD_BYTES = 64 * 2**10
MAX_BODY_BYTES = 256 * 2**20
"""Largest body of a request: the same as for a message over gRPC."""

MAX_INFLATED_BYTES = 100 * 2**20
"""Largest body after decompression, as in TensorFlow Serving."""

HEAD_SECONDS = 60.0
"""Seconds that a connection may stay without a complete head, also when idle."""

BODY_SECONDS = 600.0
SEND_SECONDS = 60.0
_LINGER_SECONDS = 5.0
_ACCEPT_AGAIN_SECONDS = 1.0
_BACKLOG = 256

_GZIP = b"\x1f\x8b"
_MOST_MEMBERS = 1000
_PIECE_BYTES = 64 * 2**10

_LARGE_GZIP_BYTES = 8 * 2**10
"""From this size on a compressed body is large: it may inflate a thousandfold."""

_INFLATED_TOO_LARGE = (
    "The body inflates to more than {} bytes. Send it without compression, in smaller "
    "pieces, or over gRPC."
)


class HttpServer(HTTPServerConnectionDelegate):
    """An HTTP server on one port. Create, open and stop it in a running event loop.

    Parameters
    ----------
    handler : callable
        Takes a `Request` and returns an `Answer`, in a worker thread.
    threads : int
        Requests to answer at the same time; 0 means 4 for each CPU.
    timeout : float
        Seconds until the server answers a request with 504.
    headers : mapping of str to str, optional
        Headers of every answer below ``/v1/``, including errors.
    connections : int
        Most clients at the same time.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        threads: int = 0,
        timeout: float = 30.0,
        headers: Mapping[str, str] | None = None,
        connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._handler = handler
        self._headers = headers or {}
        self._timeout = timeout
        self._most = connections
        self._workers = ThreadPoolExecutor(
            threads or 4 * (os.cpu_count() or 1), thread_name_prefix="rest"
        )
        # Reading JSON keeps all other threads waiting, and takes 20 times a body's size
        # in memory: one large body at a time.
        self._turns = Turns(1)
        self._listener: socket.socket | None = None
        self._open: set[Any] = set()
        # Connections that the server waits for, the longest wait first.
        self._waiting: dict[Any, None] = {}
        self._busy: set[Any] = set()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._closing = False

    def listen(self, host: str, port: int) -> int:
        """Open a port and start answering.

        Parameters
        ----------
        host : str
            Address to listen on.
        port : int
            The port; 0 for any free one.

        Raises
        ------
        PortTakenError
            Another program uses the port.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._listener = socket.create_server(
                (host, port), family=family, backlog=_BACKLOG
            )
        except OSError as exc:
            msg = (
                f"Cannot listen for REST on {host}:{port}: {exc.strerror}. Stop the "
                "program that has the port, or choose another with --rest_api_port."
            )
            raise PortTakenError(msg, target=f"{host}:{port}") from exc
        self._listener.setblocking(False)
        self._listen_again()
        opened: int = self._listener.getsockname()[1]
        return opened

    async def stop(self, grace: float) -> None:
        """Refuse new requests, and give those in progress `grace` seconds."""
        self._closing = True
        loop = asyncio.get_running_loop()
        if self._listener is not None:
            loop.remove_reader(self._listener)
            self._listener.close()
        for connection in self._open - self._busy:
            connection.stream.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._is_idle.wait()
        for connection in set(self._open):
            connection.stream.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    # -- Connections ----------------------------------------------------------------

    def _listen_again(self) -> None:
        if self._listener is not None and not self._closing:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            accepted, address = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as exc:
            # No file descriptors are left, so an immediate retry would fail.
            log_once(f"REST takes no connections for now: {exc.strerror}")
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._listener)
            loop.call_later(_ACCEPT_AGAIN_SECONDS, self._listen_again)
            return
        if len(self._open) >= self._most and not self._make_room():
            accepted.close()
            return
        parameters = HTTP1ConnectionParameters(
            max_header_size=MAX_HEAD_BYTES,
            header_timeout=HEAD_SECONDS,
            max_body_size=sys.maxsize,
            body_timeout=BODY_SECONDS,
        )
        # The context is ours: the client's address, without the port, because many
        # clients connect anew for each request.
        connection = HTTP1ServerConnection(
            IOStream(accepted), parameters, context=address[0]
        )
        self._open.add(connection)
        connection.start_serving(self)

    def _make_room(self) -> bool:
        log_once(
            f"there are {self._most} REST connections, as many as are taken: for each "
            "new one, that which has kept the server waiting for longest is closed"
        )
        for longest in self._waiting:
            longest.stream.close()
            self.on_close(longest)
            return True
        return False

    def start_request(
        self, server_conn: object, request_conn: Any
    ) -> HTTPMessageDelegate:
        """Wait for a connection's next request; tornado calls this.

        Parameters
        ----------
        server_conn : HTTP1ServerConnection
            The client's connection.
        request_conn : HTTP1Connection
            The connection for this request.
        """
        self.wait_for(server_conn)
        if self._closing and isinstance(server_conn, HTTP1ServerConnection):
            server_conn.stream.close()
        return _Exchange(self, server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        """Forget a connection; tornado calls this."""
        self._open.discard(server_conn)
        self._waiting.pop(server_conn, None)
        self._end(server_conn)

    def wait_for(self, connection: object) -> None:
        """Note that a connection has no request in progress."""
        self._end(connection)
        self._waiting[connection] = None

    def begin(self, connection: object) -> None:
        """Note that a connection has sent a head and is sending its body."""
        self._busy.add(connection)
        self._is_idle.clear()

    def _end(self, connection: object) -> None:
        self._busy.discard(connection)
        if not self._busy:
            self._is_idle.set()

    def work_on(self, connection: object) -> None:
        """Note that a connection is waiting for the server's answer."""
        self._waiting.pop(connection, None)

    # -- Answers --------------------------------------------------------------------

    async def answer(self, request: Request, peer: str) -> Answer:
        """Answer a request in a worker thread; never raises.

        Parameters
        ----------
        request : Request
            The request.
        peer : str
            The client's address.
        """
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._work(request, peer)
        except TimeoutError:
            answer = error_answer(504, "Timed out waiting for notification")
        except Exception as exc:  # noqa: BLE001
            # A request must never end the server.
            log(f"internal error: {exc!r}")
            answer = error_answer(500, f"internal error: {type(exc).__name__}")
        return self.complete(request.target, answer)

    def complete(self, target: str, answer: Answer) -> Answer:
        """Add the headers for answers below ``/v1/``.

        Parameters
        ----------
        target : str
            The request's raw target.
        answer : Answer
            The answer without these headers.
        """
        if target.lower().startswith("/v1/"):
            return replace(answer, headers=self._headers)
        return answer

    async def _work(self, request: Request, peer: str) -> Answer:
        loop = asyncio.get_running_loop()
        is_gzip = "gzip" in request.headers.get("content-encoding", "").lower()
        large = _LARGE_GZIP_BYTES if is_gzip else LARGE_BYTES
        async with contextlib.AsyncExitStack() as turn:
            if len(request.body) >= large:
                await turn.enter_async_context(self._turns.turn(peer))
            return await loop.run_in_executor(self._workers, self._handle, request)

    def _handle(self, request: Request) -> Answer:
        # Inflate only now, so that requests waiting for a thread stay small.
        if "gzip" in request.headers.get("content-encoding", "").lower():
            try:
                request = replace(request, body=inflate(request.body))
            except InflatedTooLargeError:
                return error_answer(400, _INFLATED_TOO_LARGE.format(MAX_INFLATED_BYTES))
        return self._handler(request)


class _Exchange(HTTPMessageDelegate):
    """Receives one request and sends its answer."""

    def __init__(
        self, server: HttpServer, owner: object, connection: HTTP1Connection
    ) -> None:
        self._server = server
        self._owner = owner
        self._connection = connection
        self._head: RequestStartLine | None = None
        self._fields: dict[str, str] = {}
        self._body = bytearray()
        self._is_read = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        if isinstance(start_line, RequestStartLine):
            self._head = start_line
        self._fields = {name.lower(): value for name, value in headers.get_all()}
        self._server.begin(self._owner)
        length = self._fields.get("content-length", "")
        if length.isdecimal() and len(length) < 19 and int(length) > MAX_BODY_BYTES:
            self._refuse(f"The body has {int(length)} bytes")

    def data_received(self, chunk: bytes) -> None:
        if self._task is not None:
            return
        self._body += chunk
        if len(self._body) > MAX_BODY_BYTES:
            self._body.clear()
            self._refuse("The body is too large")

    def finish(self) -> None:
        self._is_read.set()
        if self._task is None:
            self._server.work_on(self._owner)
            self._task = asyncio.create_task(self._answer())

    def on_connection_close(self) -> None:
        self._body.clear()

    def _refuse(self, what: str) -> None:
        answer = error_answer(413, f"{what}; at most {MAX_BODY_BYTES} bytes are taken")
        self._task = asyncio.create_task(self._send_early(answer))

    async def _send_early(self, answer: Answer) -> None:
        """Answer before the body is read.

        Closing at once would reset the connection, and the client might lose the
        answer. The server therefore reads and drops the body for a while.
        """
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                await self._write(answer, is_last=True)
                await self._is_read.wait()
        self._connection.close()

    async def _answer(self) -> None:
        if self._head is None:
            return
        body, self._body = bytes(self._body), bytearray()
        request = Request(self._head.method, self._head.path, self._fields, body)
        del body
        answer = await self._server.answer(request, str(self._connection.context))
        del request
        try:
            async with asyncio.timeout(SEND_SECONDS + len(answer.body) / 2**14):
                await self._write(answer)
            self._connection.finish()
        except (OSError, TimeoutError):
            # The client has left, or has stopped reading.
            self._connection.close()

    async def _write(self, answer: Answer, *, is_last: bool = False) -> None:
        headers = HTTPHeaders(
            {
                "Content-Type": answer.kind,
                "Content-Length": str(len(answer.body)),
                **answer.headers,
            }
        )
        if is_last:
            headers["Connection"] = "close"
        known = http.client.responses.get(answer.status, "Error")
        start = ResponseStartLine("HTTP/1.1", answer.status, known)
        is_head = self._head is not None and self._head.method == "HEAD"
        await self._connection.write_headers(
            start, headers, None if is_head or not answer.body else answer.body
        )


class InflatedTooLargeError(Exception):
    """A compressed body inflates to more than `MAX_INFLATED_BYTES`."""


def inflate(body: bytes) -> bytes:
    """Inflate a gzip body of any number of members.

    Returns
    -------
    bytes
        The inflated body; empty if it is damaged.

    Raises
    ------
    InflatedTooLargeError
        The body inflates to more than `MAX_INFLATED_BYTES`.
    """
    found = bytearray()
    left = memoryview(body)
    for _ in range(_MOST_MEMBERS):
        used = _inflate_member(left, found)
        if not used:
            return b""
        left = left[used:]
        if bytes(left[:2]) != _GZIP:
            return bytes(found)
    return b""


def _inflate_member(data: memoryview, found: bytearray) -> int:
    """Add one member to `found`; return its compressed size, 0 if it is not gzip."""
    inflater = zlib.decompressobj(wbits=31)
    # Feed it in pieces, because zlib copies all data after the member.
    for start in range(0, len(data), _PIECE_BYTES):
        piece = data[start : start + _PIECE_BYTES]
        try:
            found += inflater.decompress(piece, MAX_INFLATED_BYTES - len(found) + 1)
        except zlib.error:
            return 0
        if len(found) > MAX_INFLATED_BYTES:
            raise InflatedTooLargeError
        if inflater.eof:
            return start + len(piece) - len(inflater.unused_data)
    return 0
