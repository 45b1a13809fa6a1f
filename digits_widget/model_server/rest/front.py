"""The HTTP server: one thread reads and writes, a few threads answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from digits_widget.errors import PortTakenError
from digits_widget.model_server.log import say
from digits_widget.model_server.rest.message import Answer, Request
from digits_widget.model_server.rest.reader import (
    MAX_HEAD_BYTES,
    BadHttpError,
    inflate,
    read_request,
)

Handler = Callable[[Request], Answer]

CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}
"""What a browser needs to see before a page from elsewhere may use the answers."""

MAX_CONNECTIONS = 1000
_SEND_SECONDS = 60.0


class RestFront:
    """An HTTP server on one port.

    Parameters
    ----------
    handler : callable
        Request → Answer; called in a worker thread.
    threads : int
        Requests worked on at the same time.
    timeout : float
        Seconds until a request under way is answered with 504.
    headers : mapping of str to str, optional
        Sent with every answer below ``/v1/``, errors included.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        threads: int,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._handler = handler
        self._headers = headers or {}
        self._timeout = timeout
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix="rest")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None]] = set()
        self._closing = False

    def listen(self, host: str, port: int) -> int:
        """Open a port and begin to answer; 0 means any free one.

        Raises
        ------
        PortTakenError
            Somebody else has it.
        """
        self._thread.start()
        opening = asyncio.run_coroutine_threadsafe(self._open(host, port), self._loop)
        try:
            return opening.result()
        except OSError as exc:
            msg = (
                f"Cannot listen for REST on {host}:{port}: {exc.strerror}. Stop the "
                "program that has the port, or choose another with --rest_api_port."
            )
            raise PortTakenError(msg, target=f"{host}:{port}") from exc

    def stop(self, grace: float) -> None:
        """Take no new requests, and give those under way `grace` seconds."""
        if not self._thread.is_alive():
            return
        closing = asyncio.run_coroutine_threadsafe(self._close(grace), self._loop)
        closing.result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _open(self, host: str, port: int) -> int:
        self._server = await asyncio.start_server(
            self._connected, host, port, limit=MAX_HEAD_BYTES, backlog=256
        )
        opened: int = self._server.sockets[0].getsockname()[1]
        return opened

    async def _close(self, grace: float) -> None:
        self._closing = True
        if self._server is not None:
            self._server.close()
        if self._busy:
            await asyncio.wait(set(self._busy), timeout=grace)
        for task in set(self._connections):
            task.cancel()
        if self._connections:
            await asyncio.wait(set(self._connections), timeout=1)

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections.add(task)
        try:
            if len(self._connections) > MAX_CONNECTIONS:
                await self._send(writer, failure(503, "Too many connections"))
                return
            await self._converse(task, reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            # The client went away or stopped reading, or the server is stopping.
            pass
        finally:
            self._connections.discard(task)
            self._busy.discard(task)
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _converse(
        self,
        task: asyncio.Task[None],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        keep = True
        while keep and not self._closing:
            self._busy.discard(task)
            try:
                came = await read_request(reader, writer)
            except BadHttpError as exc:
                await self._send(writer, failure(exc.status, exc.message))
                return
            if came is None:
                return
            self._busy.add(task)
            request, keep = came
            answer = await self._answer(request)
            if request.target.lower().startswith("/v1/"):
                answer = replace(answer, headers=self._headers)
            keep = keep and not self._closing
            await self._send(
                writer, answer, keep=keep, without_body=request.method == "HEAD"
            )

    async def _answer(self, request: Request) -> Answer:
        work = self._loop.run_in_executor(self._workers, self._handle, request)
        try:
            return await asyncio.wait_for(work, self._timeout)
        except TimeoutError:
            return failure(504, "Timed out waiting for notification")
        except Exception as exc:  # noqa: BLE001
            # A request never ends the server.
            say(f"internal error: {exc!r}")
            return failure(500, f"internal error: {type(exc).__name__}")

    def _handle(self, request: Request) -> Answer:
        # Here, and not where it is read: what waits for a thread stays small.
        if "gzip" in request.headers.get("content-encoding", "").lower():
            request = replace(request, body=inflate(request.body))
        return self._handler(request)

    async def _send(
        self,
        writer: asyncio.StreamWriter,
        answer: Answer,
        *,
        keep: bool = False,
        without_body: bool = False,
    ) -> None:
        writer.write(answer.head(keep_alive=keep))
        if not without_body:
            writer.write(answer.body)
        async with asyncio.timeout(_SEND_SECONDS + len(answer.body) / 2**14):
            await writer.drain()


def failure(status: int, message: str) -> Answer:
    """Write an error as TensorFlow Serving does: an object with one key."""
    return Answer(status, json.dumps({"error": message}, indent=4).encode() + b"\n")
