"""The gRPC side: the official services, each method handed to its call."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from digits_widget.errors import PortTakenError
from digits_widget.model_server.log import say
from digits_widget.model_server.refusal import Refusal

Call = Callable[[Any, float | None], Any]

_LONGEST_TEXT = 1024
_UNLIMITED = -1
_NO_DEADLINE = 1e8
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


class _Methods(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Finds the handler of a path. gRPC itself answers UNIMPLEMENTED to the rest."""

    def __init__(self, methods: Sequence[Method]) -> None:
        self._handlers = {
            # Bytes in: a request that does not parse is never freed if gRPC parses it.
            method.path: grpc.unary_unary_rpc_method_handler(
                _guarded(method), response_serializer=_serialize
            )
            for method in methods
        }

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        return self._handlers.get(details.method)


def _serialize(message: Any) -> bytes:
    data: bytes = message.SerializeToString()
    return data


def _guarded(method: Method) -> Callable[[bytes, grpc.ServicerContext], Any]:
    """Turn refusals into statuses, and anything unforeseen into INTERNAL."""

    def answer(data: bytes, context: grpc.ServicerContext) -> Any:
        if not context.is_active():
            # It waited in the queue until its caller had gone: nobody would read it.
            context.abort(grpc.StatusCode.CANCELLED, "")
        try:
            return method.call(method.request.FromString(data), _seconds_left(context))
        except Refusal as exc:
            refusal = exc
        except DecodeError:
            words = f"Exception deserializing request! No {method.request.__name__}"
            refusal = Refusal("INTERNAL", words)
        except Exception as exc:  # noqa: BLE001
            # A request never ends the server, and never gets an UNKNOWN.
            say(f"internal error: {exc!r}")
            refusal = Refusal("INTERNAL", f"internal error: {type(exc).__name__}")
        context.abort(grpc.StatusCode[refusal.code], _cut(refusal.message))
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
    threads : int
        Requests worked on at the same time.
    options : sequence of (str, value)
        Channel arguments of gRPC, over the ones set here.
    """

    def __init__(
        self,
        methods: Sequence[Method],
        *,
        threads: int | None = None,
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        workers = threads or 4 * (os.cpu_count() or 1)
        self.server = grpc.server(
            ThreadPoolExecutor(workers, thread_name_prefix="grpc"),
            handlers=[_Methods(methods)],
            options=[
                # Two servers on one port would each get half of the requests.
                ("grpc.so_reuseport", 0),
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
                port: int = self.server.add_insecure_port(address)
            else:
                port = self.server.add_secure_port(address, credentials)
        except RuntimeError as exc:
            msg = (
                f"Cannot listen for gRPC on {address}: another program has the port. "
                "Stop it, or choose another one with --port."
            )
            raise PortTakenError(msg, target=address) from exc
        return port

    def start(self) -> None:
        """Begin to answer."""
        self.server.start()

    def stop(self, grace: float) -> None:
        """Refuse new requests, and give those under way `grace` seconds."""
        deadline = time.monotonic() + grace
        self.server.stop(grace).wait(max(0.0, deadline - time.monotonic()) + 1)
