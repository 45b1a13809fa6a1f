"""The road over gRPC: messages to bytes, bytes to one of the server's calls."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError, EncodeError

from digits_widget.errors import (
    AnswerError,
    CallCancelledError,
    DigitsError,
    TooLargeError,
)
from digits_widget.serving.channel import open_channel
from digits_widget.serving.connection import Connection
from digits_widget.serving.failure import grpc_error
from digits_widget.serving.messages import (
    GetModelMetadataRequest,
    GetModelStatusRequest,
    PredictRequest,
    PredictResponse,
    Proto,
    SignatureDefMap,
    message_class,
    service,
)
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.question import Outputs, Question
from digits_widget.serving.servable import Servable
from digits_widget.serving.signature import read_signatures
from digits_widget.serving.target import Target
from digits_widget.serving.tensors import Packing, from_tensor_proto, to_tensor_proto
from digits_widget.serving.transport import Know
from digits_widget.serving.version_status import VersionStatus

_METHODS = {
    method.name: method
    for name in ("PredictionService", "ModelService")
    for method in service(name).methods
}

_Call: TypeAlias = Any
"""A call of gRPC that takes and gives bytes; its stubs know only messages."""

_Future: TypeAlias = Any
"""What `_Call.future` returns."""


class GrpcTransport:
    """One channel to one target, opened at the first call and shared by all threads."""

    def __init__(
        self,
        target: Target,
        servable: Servable,
        connection: Connection,
        packing: Packing,
    ) -> None:
        self._target = target
        self._servable = servable
        self._connection = connection
        self._packing = packing
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._calls: dict[str, _Call] = {}
        self._closed = False

    def encode(self, question: Question) -> bytes:
        """Return a serialised `PredictRequest`."""
        request = PredictRequest(
            model_spec=self._servable.spec(question.signature),
            output_filter=question.outputs,
        )
        for name, array in question.inputs.items():
            request.inputs[name].CopyFrom(
                to_tensor_proto(
                    array, dtype=question.dtypes.get(name), packing=self._packing
                )
            )
        return self._serialise(request)

    def decode(self, response: bytes, question: Question) -> Outputs:
        """Return what a serialised `PredictResponse` says."""
        parsed = self._parse(PredictResponse, response)
        spec = parsed.model_spec
        return Outputs(
            {name: from_tensor_proto(parsed.outputs[name]) for name in parsed.outputs},
            model=spec.name or self._servable.name,
            version=spec.version.value if spec.HasField("version") else None,
            signature=spec.signature_name or question.signature,
        )

    def ask(self, request: bytes, *, timeout: float, know: Know) -> tuple[bytes, float]:
        """Send a `PredictRequest` and wait."""
        return self._ask("Predict", request, timeout, know)

    def send(self, request: bytes, *, timeout: float, know: Know) -> GrpcPending:
        """Send a `PredictRequest` and do not wait."""
        started = time.perf_counter()
        call = self._call("Predict")
        future = call.future(request, **self._how(timeout))
        pending = GrpcPending(future, self, know, started)
        future.add_done_callback(pending.note_end)
        return pending

    def call(self, name: str, request: Proto, *, timeout: float, know: Know) -> Proto:
        """Make any of the server's calls; return the response message."""
        data, _ = self._ask(name, self._serialise(request), timeout, know)
        return self._parse(message_class(_METHODS[name].output_type.full_name), data)

    def metadata(self, *, timeout: float, know: Know) -> ModelMetadata:
        """Ask GetModelMetadata."""
        request = GetModelMetadataRequest(
            model_spec=self._servable.spec(), metadata_field=["signature_def"]
        )
        answer = self.call("GetModelMetadata", request, timeout=timeout, know=know)
        packed = answer.metadata["signature_def"].value
        spec = answer.model_spec
        return ModelMetadata(
            self._servable.name,
            spec.version.value if spec.HasField("version") else None,
            read_signatures(self._parse(SignatureDefMap, packed).signature_def),
            str(self._target),
        )

    def status(
        self, model: str, *, timeout: float, know: Know
    ) -> tuple[VersionStatus, ...]:
        """Ask GetModelStatus."""
        request = GetModelStatusRequest(model_spec=Servable(model).spec())
        answer = self.call("GetModelStatus", request, timeout=timeout, know=know)
        return tuple(map(_read_status, answer.model_version_status))

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

    def _ask(
        self, name: str, request: bytes, timeout: float, know: Know
    ) -> tuple[bytes, float]:
        call = self._call(name)
        started = time.perf_counter()
        try:
            response: bytes = call(request, **self._how(timeout))
        except (grpc.RpcError, ValueError) as exc:
            raise self.error(exc, know) from exc
        return response, time.perf_counter() - started

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
                owner = _METHODS[name].containing_service.full_name
                self._calls[name] = _open_call(self._channel, f"/{owner}/{name}")
            return self._calls[name]

    def _serialise(self, request: Proto) -> bytes:
        try:
            data: bytes = request.SerializeToString()
        except EncodeError as exc:  # over 2 GiB
            size = "more than 2 GiB"
            raise self._too_large(size) from exc
        if len(data) > self._connection.max_request_bytes:
            size = f"{len(data)} bytes"
            raise self._too_large(size)
        return data

    def _parse(self, kind: Proto, data: bytes) -> Proto:
        try:
            return kind.FromString(data)
        except DecodeError as exc:
            msg = (
                f"Got {len(data)} bytes from {self._target} that are no "
                f"{kind.DESCRIPTOR.name}. Check that the address is TensorFlow Serving."
            )
            raise AnswerError(
                msg, target=str(self._target), model=self._servable.name
            ) from exc

    def _too_large(self, size: str) -> TooLargeError:
        return TooLargeError(
            f"Got a request of {size} for {self._target}, expected at most "
            f"{self._connection.max_request_bytes} bytes. Send less at once, or raise "
            "max_request_bytes= if the server takes more.",
            target=str(self._target),
            model=self._servable.name,
            code="RESOURCE_EXHAUSTED",
        )

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
    transport: GrpcTransport
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
            raise self.transport.error(exc, self.know) from exc
        return response, self.seconds or time.perf_counter() - self.started

    def cancel(self) -> None:
        """Give it up."""
        self.future.cancel()


def _open_call(channel: Any, path: str) -> _Call:  # noqa: ANN401 - see _Call
    # No serialisers: bytes in, bytes out, so that sizes and times are known.
    return channel.unary_unary(path)


def _read_status(status: Proto) -> VersionStatus:
    states = status.DESCRIPTOR.enum_types_by_name["State"].values_by_number
    codes = status.status.DESCRIPTOR.fields_by_name["error_code"].enum_type
    state, code = (
        states.get(status.state),
        codes.values_by_number.get(status.status.error_code),
    )
    return VersionStatus(
        status.version,
        state.name if state else str(status.state),
        code.name if code else str(status.status.error_code),
        status.status.error_message,
    )
