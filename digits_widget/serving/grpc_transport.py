"""`GrpcTransport`: calls the server over gRPC, and waits for its answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc

from digits_widget.errors import (
    AnswerError,
    DigitsError,
)
from digits_widget.protocol.messages import (
    ClassificationRequest,
    MultiInferenceRequest,
    Proto,
    RegressionRequest,
)
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.tensors import Packing
from digits_widget.serving.connection import Connection
from digits_widget.serving.error_hints import (
    closed_error,
    grpc_error,
)
from digits_widget.serving.examples import (
    Answers,
    Method,
    Row,
    build_input,
    read_result,
)
from digits_widget.serving.grpc_channel import call_options, open_call, open_channel
from digits_widget.serving.grpc_messages import GrpcMessages
from digits_widget.serving.target import Target
from digits_widget.serving.transport import GetHint

_NONE = "classification_result"
"""The field to read from an empty answer: it holds no rows."""


class GrpcTransport(GrpcMessages):
    """One channel to one server, opened at the first call and shared by all threads."""

    def __init__(
        self,
        target: Target,
        servable: Servable,
        connection: Connection,
        packing: Packing,
    ) -> None:
        super().__init__(target, servable, connection, packing)
        self._caller = GrpcCaller(target, servable, connection)

    def ask(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> tuple[bytes, float]:
        """Send a `PredictRequest` and wait for the response.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.ask`.
        """
        return self._caller.ask("Predict", request, timeout, get_hint)

    def send(self, request: bytes, *, timeout: float, get_hint: GetHint) -> GrpcPending:
        """Send a `PredictRequest` without waiting.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.send`.
        """
        return self._caller.send("Predict", request, timeout, get_hint)

    def call(
        self, name: str, request: Proto, *, timeout: float, get_hint: GetHint
    ) -> Proto:
        """Call any of the server's methods; return the response message.

        Parameters
        ----------
        name : str
            The method's name, such as ``GetModelStatus``.
        request : message
            Its request message.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """
        data, _ = self._caller.ask(name, self.serialise(request), timeout, get_hint)
        return self.parse(name, data)

    def metadata(self, *, timeout: float, get_hint: GetHint) -> ModelMetadata:
        """Call GetModelMetadata.

        Parameters
        ----------
        timeout, get_hint
            As for `Transport.metadata`.
        """
        request = self.metadata_request()
        return self.read_metadata(
            self._caller.ask("GetModelMetadata", request, timeout, get_hint)[0]
        )

    def status(
        self, model: str, *, timeout: float, get_hint: GetHint
    ) -> tuple[VersionStatus, ...]:
        """Call GetModelStatus.

        Parameters
        ----------
        model, timeout, get_hint
            As for `Transport.status`.
        """
        request = self.status_request(model)
        return self.read_status(
            self._caller.ask("GetModelStatus", request, timeout, get_hint)[0]
        )

    def infer(
        self,
        method: Method,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        get_hint: GetHint,
    ) -> Answers:
        """Call Classify or Regress.

        Parameters
        ----------
        method, signature, rows, context, timeout, get_hint
            As for `Transport.infer`.
        """
        kind = ClassificationRequest if method == "classify" else RegressionRequest
        request = kind(
            model_spec=self._servable.spec(signature), input=build_input(rows, context)
        )
        call = method.capitalize()
        return read_result(
            self.call(call, request, timeout=timeout, get_hint=get_hint).result
        )

    def multi_infer(
        self,
        tasks: Mapping[str, Method],
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        get_hint: GetHint,
    ) -> dict[str, Answers]:
        """Call MultiInference; return the answers by signature.

        Parameters
        ----------
        tasks : mapping of str to {"classify", "regress"}
            The method of each signature.
        rows, context, timeout, get_hint
            As for `Transport.infer`.

        Raises
        ------
        AnswerError
            The server returned more or fewer results than there are tasks.
        """
        request = MultiInferenceRequest(input=build_input(rows, context))
        for signature, method in tasks.items():
            request.tasks.add(
                model_spec=self._servable.spec(signature),
                method_name=f"tensorflow/serving/{method}",
            )
        answer = self.call(
            "MultiInference", request, timeout=timeout, get_hint=get_hint
        )
        if len(answer.results) != len(tasks):
            msg = (
                f"Got {len(answer.results)} answers from {self._target}, expected "
                f"{len(tasks)}. Check what sits between you and the server."
            )
            raise AnswerError(msg, target=str(self._target), model=self._servable.name)
        return {
            signature: read_result(getattr(each, each.WhichOneof("result") or _NONE))
            for signature, each in zip(tasks, answer.results, strict=True)
        }

    def counted_models(self, *, timeout: float) -> set[str]:
        """Return nothing: the server offers metrics over HTTP only."""
        del timeout
        return set()

    def close(self) -> None:
        """Close the channel and cancel the calls in progress."""
        self._caller.close()


_Call: TypeAlias = Any
"""A gRPC callable from bytes to bytes; gRPC's type stubs know only messages."""

_Future: TypeAlias = Any
"""The return type of `_Call.future`."""


class GrpcCaller:
    """Makes calls on one channel, which it opens at the first call, for all threads."""

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
        self, name: str, request: bytes, timeout: float, get_hint: GetHint
    ) -> tuple[bytes, float]:
        """Call a method and wait; return the response and the seconds it took.

        Parameters
        ----------
        name : str
            The method's name, such as ``Predict``.
        request : bytes
            Its serialised request.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.

        Raises
        ------
        ServingError
            The call failed; the subclass says why.
        """
        call = self._call(name)
        started = time.perf_counter()
        try:
            response: bytes = call(request, **call_options(self._connection, timeout))
        except (grpc.RpcError, ValueError) as exc:
            raise self.error(exc, get_hint) from exc
        return response, time.perf_counter() - started

    def send(
        self, name: str, request: bytes, timeout: float, get_hint: GetHint
    ) -> GrpcPending:
        """Call a method without waiting.

        Parameters
        ----------
        name : str
            The method's name, such as ``Predict``.
        request : bytes
            Its serialised request.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.

        Raises
        ------
        CallCancelledError
            The client is closed.
        """
        call = self._call(name)
        started = time.perf_counter()
        try:
            future = call.future(request, **call_options(self._connection, timeout))
        except ValueError as exc:  # another thread closed the channel
            raise self.error(exc, get_hint) from exc
        pending = GrpcPending(future, self, get_hint, started)
        future.add_done_callback(pending.note_end)
        return pending

    def close(self) -> None:
        """Close the channel and cancel the calls in progress."""
        with self._lock:
            self._closed = True
            channel, self._channel = self._channel, None
            self._calls.clear()
        if channel is not None:
            channel.close()

    def error(self, exc: Exception, get_hint: GetHint) -> DigitsError:
        """Return our error for an exception of gRPC.

        Parameters
        ----------
        exc : Exception
            The exception of a call, or of a closed channel.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """
        if isinstance(exc, grpc.RpcError):
            return grpc_error(
                exc, self._target, self._servable, self._connection, get_hint
            )
        return closed_error(self._target, self._servable)

    def _call(self, name: str) -> _Call:
        with self._lock:
            if self._closed:
                raise closed_error(self._target, self._servable)
            if self._channel is None:
                self._channel = open_channel(grpc, self._target, self._connection)
            if name not in self._calls:
                self._calls[name] = open_call(self._channel, name)
            return self._calls[name]


@dataclass
class GrpcPending:
    """A Predict call in progress."""

    future: _Future
    caller: GrpcCaller
    get_hint: GetHint
    started: float
    seconds: float = 0.0

    def note_end(self, _: _Future) -> None:
        """Note when the response arrived; the caller may wait for others first."""
        self.seconds = time.perf_counter() - self.started

    def result(self) -> tuple[bytes, float]:
        """Wait for the response; return it and the seconds it took.

        Raises
        ------
        ServingError
            The call failed; the subclass says why.
        """
        try:
            response: bytes = self.future.result()
        except (grpc.RpcError, grpc.FutureCancelledError, ValueError) as exc:
            raise self.caller.error(exc, self.get_hint) from exc
        return response, self.seconds or time.perf_counter() - self.started

    def cancel(self) -> None:
        """Cancel the call."""
        self.future.cancel()
