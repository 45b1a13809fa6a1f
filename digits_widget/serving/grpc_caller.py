"""Bytes in, bytes out: the calls of one gRPC channel, with its failures as ours."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc

from digits_widget.errors import CallCancelledError, DigitsError
from digits_widget.serving.channel import open_channel
from digits_widget.serving.connection import Connection
from digits_widget.serving.failure import grpc_error
from digits_widget.serving.messages import service
from digits_widget.serving.servable import Servable
from digits_widget.serving.target import Target
from digits_widget.serving.transport import Know

METHODS = {
    method.name: method
    for name in ("PredictionService", "ModelService")
    for method in service(name).methods
}
"""Every call of TensorFlow Serving, by its name."""

_Call: TypeAlias = Any
"""A call of gRPC that takes and gives bytes; its stubs know only messages."""

_Future: TypeAlias = Any
"""What `_Call.future` returns."""


class GrpcCaller:
    """One channel, opened at the first call and shared by all threads."""

    def __init__(
        self, target: Target, servable: Servable, connection: Connection
    ) -> None:
        self._target = target
        self._servable = servable
        self._connection = connection
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._calls: dict[str, _Call] = {}
        self._closed = False

    def ask(
        self, name: str, request: bytes, timeout: float, know: Know
    ) -> tuple[bytes, float]:
        """Make a call and wait; return the response and the seconds it took."""
        call = self._call(name)
        started = time.perf_counter()
        try:
            response: bytes = call(request, **self._how(timeout))
        except (grpc.RpcError, ValueError) as exc:
            raise self.error(exc, know) from exc
        return response, time.perf_counter() - started

    def send(
        self, name: str, request: bytes, timeout: float, know: Know
    ) -> GrpcPending:
        """Make a call and do not wait."""
        call = self._call(name)
        started = time.perf_counter()
        try:
            future = call.future(request, **self._how(timeout))
        except ValueError as exc:  # closed in between
            raise self.error(exc, know) from exc
        pending = GrpcPending(future, self, know, started)
        future.add_done_callback(pending.note_end)
        return pending

    def close(self) -> None:
        """Close the channel; what is under way ends as cancelled."""
        with self._lock:
            self._closed = True
            channel, self._channel = self._channel, None
            self._calls.clear()
        if channel is not None:
            channel.close()

    def error(self, exc: Exception, know: Know) -> DigitsError:
        """Return our error for what gRPC raised."""
        if isinstance(exc, grpc.RpcError):
            return grpc_error(exc, self._target, self._servable, self._connection, know)
        return self._closed_error()

    def _how(self, timeout: float) -> dict[str, object]:
        token = self._connection.bearer()
        return {
            "timeout": timeout,
            "metadata": (("authorization", f"Bearer {token}"),) if token else None,
            "wait_for_ready": self._connection.wait_for_ready,
        }

    def _call(self, name: str) -> _Call:
        with self._lock:
            if self._closed:
                raise self._closed_error()
            if self._channel is None:
                self._channel = open_channel(self._target, self._connection)
            if name not in self._calls:
                owner = METHODS[name].containing_service.full_name
                self._calls[name] = _open_call(self._channel, f"/{owner}/{name}")
            return self._calls[name]

    def _closed_error(self) -> CallCancelledError:
        return CallCancelledError(
            f"The client of {self._target} is closed. Make a new one.",
            target=str(self._target),
            model=self._servable.name,
            code="CANCELLED",
        )


@dataclass
class GrpcPending:
    """A Predict call under way."""

    future: _Future
    caller: GrpcCaller
    know: Know
    started: float
    seconds: float = 0.0

    def note_end(self, _: _Future) -> None:
        """Remember when the response came: others may be waited for first."""
        self.seconds = time.perf_counter() - self.started

    def result(self) -> tuple[bytes, float]:
        """Wait for the response."""
        try:
            response: bytes = self.future.result()
        except (grpc.RpcError, grpc.FutureCancelledError, ValueError) as exc:
            raise self.caller.error(exc, self.know) from exc
        return response, self.seconds or time.perf_counter() - self.started

    def cancel(self) -> None:
        """Give it up."""
        self.future.cancel()


def _open_call(channel: Any, path: str) -> _Call:  # noqa: ANN401 - see _Call
    # No serialisers: bytes in, bytes out, so that sizes and times are known.
    return channel.unary_unary(path)
