"""The gRPC server: passes each method of the official services to its call.

A call whose message has not arrived yet occupies a coroutine, not a thread, so a slow
client does not delay others. A few threads answer the messages that have arrived. Large
messages have threads of their own, so small ones never wait for them.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from digits_widget.errors import PortTakenError
from digits_widget.model_server.log import log
from digits_widget.model_server.status_error import StatusError
from digits_widget.model_server.turns import LARGE_BYTES, Turns

Call = Callable[[Any, float | None], Any]

_LONGEST_TEXT = 1024
_UNLIMITED = -1
_NO_DEADLINE = 1e8
_MOST_STREAMS = 100
MAX_MESSAGE_BYTES = 256 * 2**20
"""Default limit on the size of a request."""

MAX_CONNECTIONS = 1000
"""Most clients at the same time. gRPC refuses others, which try again later."""


@dataclass(frozen=True)
class Method:
    """One method of a service."""

    path: str
    """Full path, such as ``/tensorflow.serving.PredictionService/Predict``."""

    request: Any
    """The request's message class."""

    call: Call
    """Takes the request and the seconds left, returns the response."""


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Finds the handler of a path. gRPC answers UNIMPLEMENTED for all others."""

    def __init__(self, handlers: Mapping[str, Any]) -> None:
        self._handlers = handlers

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        return self._handlers.get(details.method)


def parse(request: Any, data: bytes) -> Any:
    """Read a request from its bytes.

    Parameters
    ----------
    request : message class
        The expected class.
    data : bytes
        The received bytes.

    Raises
    ------
    StatusError
        INTERNAL, like gRPC's own servers, if the bytes are not such a message.
    """
    try:
        return request.FromString(data)
    except DecodeError as exc:
        words = f"Exception deserializing request! No {request.__name__}"
        raise StatusError("INTERNAL", words) from exc


async def abort(context: Any, error: StatusError) -> None:
    """End a call with a status. gRPC raises, so the function never returns.

    Parameters
    ----------
    context : grpc.aio.ServicerContext
        The call.
    error : StatusError
        Its status.
    """
    await context.abort(grpc.StatusCode[error.code], _cut(error.message))


def _cut(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    if len(raw) <= _LONGEST_TEXT:
        return raw.decode()
    return raw[:_LONGEST_TEXT].decode("utf-8", "ignore") + "...TRUNCATED"


class GrpcServer:
    """A gRPC server. Create, open and stop it in a running event loop.

    Parameters
    ----------
    methods : sequence of Method
        The methods to answer.
    streams : mapping of str to grpc.RpcMethodHandler
        Handlers of streaming methods, by path.
    threads : int, optional
        Small requests to answer at the same time; 0 means 4 for each CPU. Large ones
        have one thread for each CPU, but not more than this number.
    options : sequence of (str, value)
        Channel arguments of gRPC, which override the defaults here.
    """

    def __init__(
        self,
        methods: Sequence[Method],
        *,
        streams: Mapping[str, Any] | None = None,
        threads: int = 0,
        connections: int = MAX_CONNECTIONS,
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        processors = os.cpu_count() or 1
        self._workers = ThreadPoolExecutor(
            threads or 4 * processors, thread_name_prefix="grpc"
        )
        places = min(threads or processors, processors)
        self._turns = Turns(places)
        self._large_workers = ThreadPoolExecutor(places, thread_name_prefix="large")
        handlers = {
            method.path: grpc.unary_unary_rpc_method_handler(self._handler(method))
            for method in methods
        }
        self._server = grpc.aio.server(
            options=[
                # If two servers shared a port, each would receive half of the requests.
                ("grpc.so_reuseport", 0),
                ("grpc.max_concurrent_streams", _MOST_STREAMS),
                ("grpc.max_allowed_incoming_connections", connections),
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", _UNLIMITED),
                *options,
            ],
        )
        self._server.add_generic_rpc_handlers(
            (_Handlers({**handlers, **(streams or {})}),)
        )

    def listen(
        self, address: str, credentials: grpc.ServerCredentials | None = None
    ) -> int:
        """Open a port.

        Parameters
        ----------
        address : str
            ``host:port``, with port 0 for any free one, or ``unix:path``.
        credentials : grpc.ServerCredentials, optional
            Certificates. Default: no encryption.

        Returns
        -------
        int
            The port.

        Raises
        ------
        PortTakenError
            Another program uses the port.
        """
        try:
            if credentials is None:
                return self._server.add_insecure_port(address)
            return self._server.add_secure_port(address, credentials)
        except RuntimeError as exc:
            msg = (
                f"Cannot listen for gRPC on {address}: another program has the port. "
                "Stop it, or choose another one with --port."
            )
            raise PortTakenError(msg, target=address) from exc

    async def start(self) -> None:
        """Start answering requests."""
        await self._server.start()

    async def stop(self, grace: float) -> None:
        """Refuse new requests, and give those in progress `grace` seconds."""
        await self._server.stop(grace)
        for workers in (self._workers, self._large_workers):
            workers.shutdown(wait=False, cancel_futures=True)

    def _handler(self, method: Method) -> Callable[[bytes, Any], Awaitable[Any]]:
        """Convert status errors to statuses, and any other exception to INTERNAL."""

        async def answer(data: bytes, context: Any) -> Any:
            work = partial(_answer, method, data, _deadline(context))
            try:
                # A call that waits here is dropped if its caller leaves.
                loop = asyncio.get_running_loop()
                if len(data) < LARGE_BYTES:
                    return await loop.run_in_executor(self._workers, work)
                async with self._turns.turn(context.peer()):
                    return await loop.run_in_executor(self._large_workers, work)
            except StatusError as exc:
                error = exc
            except Exception as exc:  # noqa: BLE001
                # A request must never end the server, nor receive UNKNOWN.
                log(f"internal error: {exc!r}")
                error = StatusError("INTERNAL", f"internal error: {type(exc).__name__}")
            await abort(context, error)
            return None

        return answer


def _answer(method: Method, data: bytes, deadline: float | None) -> bytes:
    """Answer one request, in a thread."""
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and left <= 0:
        raise StatusError("DEADLINE_EXCEEDED", "Timed out waiting for notification")
    response = method.call(parse(method.request, data), left)
    serialized: bytes = response.SerializeToString()
    return serialized


def _deadline(context: Any) -> float | None:
    left = context.time_remaining()
    # Without a deadline gRPC reports billions of years, too long for a lock's timeout.
    if left is None or left >= _NO_DEADLINE:
        return None
    return float(time.monotonic() + left)
