"""The gRPC side: the official services, each method handed to its call.

A thread of gRPC's waits for the message of every call that has begun, however long its
client takes to send it. So there are many more threads than requests are worked on at
the same time, and a gate between the two: slow clients use up threads, not the gate.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from digits_widget.errors import PortTakenError
from digits_widget.model_server.affinity import Affinity
from digits_widget.model_server.log import say
from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.workers import Workers

Call = Callable[[Any, float | None], Any]

_LONGEST_TEXT = 1024
_UNLIMITED = -1
_NO_DEADLINE = 1e8
_MOST_WAITING = 256
_MOST_STREAMS = 100
MAX_MESSAGE_BYTES = 256 * 2**20
"""Largest request, unless the flags say otherwise."""


@dataclass(frozen=True)
class Method:
    """One method of a service."""

    path: str
    """Full path, such as ``/tensorflow.serving.PredictionService/Predict``."""

    request: Any
    """The request's message class."""

    call: Call
    """(request, seconds left) → response; raises Refusal."""


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Finds the handler of a path. gRPC itself answers UNIMPLEMENTED to the rest."""

    def __init__(self, handlers: Mapping[str, Any]) -> None:
        self._handlers = handlers

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        return self._handlers.get(details.method)


def parse(request: Any, data: bytes) -> Any:
    """Read a request; bytes in, because one that gRPC cannot parse is never freed.

    Raises
    ------
    Refusal
        INTERNAL, as gRPC's own servers answer bytes that are no such message.
    """
    try:
        return request.FromString(data)
    except DecodeError as exc:
        words = f"Exception deserializing request! No {request.__name__}"
        raise Refusal("INTERNAL", words) from exc


def serialize(message: Any) -> bytes:
    """Write a response."""
    data: bytes = message.SerializeToString()
    return data


def refuse(context: grpc.ServicerContext, refusal: Refusal) -> None:
    """End a call with a status. Never returns: gRPC raises."""
    context.abort(grpc.StatusCode[refusal.code], _cut(refusal.message))


def _guarded(
    method: Method, gate: threading.Semaphore, affinity: Affinity
) -> Callable[[bytes, grpc.ServicerContext], Any]:
    """Turn refusals into statuses, and anything unforeseen into INTERNAL."""

    def answer(data: bytes, context: grpc.ServicerContext) -> Any:
        with gate, affinity.request(len(data)):
            if not context.is_active():
                # It waited in the queue until its caller had gone: nobody would read.
                context.abort(grpc.StatusCode.CANCELLED, "")
            try:
                request = parse(method.request, data)
                return method.call(request, _seconds_left(context))
            except Refusal as exc:
                refusal = exc
            except Exception as exc:  # noqa: BLE001
                # A request never ends the server, and never gets an UNKNOWN.
                say(f"internal error: {exc!r}")
                refusal = Refusal("INTERNAL", f"internal error: {type(exc).__name__}")
        refuse(context, refusal)
        return None

    return answer


def _seconds_left(context: grpc.ServicerContext) -> float | None:
    left = context.time_remaining()
    # Without a deadline gRPC says billions of years, which is more than locks take.
    return left if left is not None and left < _NO_DEADLINE else None


def _cut(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    if len(raw) <= _LONGEST_TEXT:
        return raw.decode()
    return raw[:_LONGEST_TEXT].decode("utf-8", "ignore") + "...TRUNCATED"


class GrpcFront:
    """A gRPC server on one port.

    Parameters
    ----------
    methods : sequence of Method
        What it answers.
    streams : mapping of str to grpc.RpcMethodHandler
        Further handlers by path: of methods that are not one request, one response.
    threads : int
        Requests worked on at the same time.
    options : sequence of (str, value)
        Channel arguments of gRPC, over the ones set here.
    """

    def __init__(
        self,
        methods: Sequence[Method],
        *,
        streams: Mapping[str, Any] | None = None,
        threads: int | None = None,
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        workers = threads or 4 * (os.cpu_count() or 1)
        gate = threading.Semaphore(workers)
        self._affinity = Affinity()
        handlers = {
            method.path: grpc.unary_unary_rpc_method_handler(
                _guarded(method, gate, self._affinity), response_serializer=serialize
            )
            for method in methods
        }
        self._server = grpc.server(
            Workers(workers + _MOST_WAITING, "grpc"),  # type: ignore[arg-type]
            handlers=[_Handlers({**handlers, **(streams or {})})],
            options=[
                # Two servers on one port would each get half of the requests.
                ("grpc.so_reuseport", 0),
                # One connection alone cannot keep all threads waiting.
                ("grpc.max_concurrent_streams", _MOST_STREAMS),
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", _UNLIMITED),
                *options,
            ],
        )

    def listen(
        self, address: str, credentials: grpc.ServerCredentials | None = None
    ) -> int:
        """Open a port.

        Parameters
        ----------
        address : str
            ``host:port`` with 0 for any free port, or ``unix:path``.
        credentials : grpc.ServerCredentials, optional
            Certificates; without them nothing is encrypted.

        Returns
        -------
        int
            The port.

        Raises
        ------
        PortTakenError
            Somebody else has it.
        """
        try:
            if credentials is None:
                port: int = self._server.add_insecure_port(address)
            else:
                port = self._server.add_secure_port(address, credentials)
        except RuntimeError as exc:
            msg = (
                f"Cannot listen for gRPC on {address}: another program has the port. "
                "Stop it, or choose another one with --port."
            )
            raise PortTakenError(msg, target=address) from exc
        return port

    def start(self) -> None:
        """Begin to answer."""
        with self._affinity.narrow():
            self._server.start()

    def stop(self, grace: float) -> None:
        """Refuse new requests, and give those under way `grace` seconds."""
        deadline = time.monotonic() + grace
        self._server.stop(grace).wait(max(0.0, deadline - time.monotonic()) + 1)
