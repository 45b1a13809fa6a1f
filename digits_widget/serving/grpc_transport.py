"""The road over gRPC: messages to bytes, bytes to one of the server's calls."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import DecodeError, EncodeError

from digits_widget.errors import (
    AnswerError,
    TooLargeError,
)
from digits_widget.serving.connection import Connection
from digits_widget.serving.examples import (
    Label,
    Row,
    build_input,
    read_classification,
    read_regression,
)
from digits_widget.serving.grpc_caller import METHODS, GrpcCaller, GrpcPending
from digits_widget.serving.messages import (
    ClassificationRequest,
    GetModelMetadataRequest,
    GetModelStatusRequest,
    PredictRequest,
    PredictResponse,
    Proto,
    RegressionRequest,
    SignatureDefMap,
    message_class,
)
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.question import Outputs, Question
from digits_widget.serving.servable import Servable
from digits_widget.serving.signature import read_signatures
from digits_widget.serving.target import Target
from digits_widget.serving.tensors import Packing, from_tensor_proto, write_tensor
from digits_widget.serving.transport import Know
from digits_widget.serving.version_status import VersionStatus


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
        self._limit = connection.max_request_bytes
        self._packing = packing
        self._caller = GrpcCaller(target, servable, connection)

    def encode(self, question: Question) -> bytes:
        """Return a serialised `PredictRequest`."""
        request = PredictRequest(
            model_spec=self._servable.spec(question.signature.name),
            output_filter=question.outputs,
        )
        for name, array in question.inputs.items():
            write_tensor(
                request.inputs[name],
                array,
                dtype=question.dtypes.get(name),
                packing=self._packing,
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
            signature=spec.signature_name or question.signature.name,
        )

    def ask(self, request: bytes, *, timeout: float, know: Know) -> tuple[bytes, float]:
        """Send a `PredictRequest` and wait."""
        return self._caller.ask("Predict", request, timeout, know)

    def send(self, request: bytes, *, timeout: float, know: Know) -> GrpcPending:
        """Send a `PredictRequest` and do not wait."""
        return self._caller.send("Predict", request, timeout, know)

    def call(self, name: str, request: Proto, *, timeout: float, know: Know) -> Proto:
        """Make any of the server's calls; return the response message."""
        data, _ = self._caller.ask(name, self._serialise(request), timeout, know)
        return self._parse(message_class(METHODS[name].output_type.full_name), data)

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

    def classify(
        self,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        know: Know,
    ) -> list[list[Label]]:
        """Ask Classify."""
        request = ClassificationRequest(
            model_spec=self._servable.spec(signature), input=build_input(rows, context)
        )
        answer = self.call("Classify", request, timeout=timeout, know=know)
        return read_classification(answer.result)

    def regress(
        self,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        know: Know,
    ) -> list[float]:
        """Ask Regress."""
        request = RegressionRequest(
            model_spec=self._servable.spec(signature), input=build_input(rows, context)
        )
        answer = self.call("Regress", request, timeout=timeout, know=know)
        return read_regression(answer.result)

    def close(self) -> None:
        """Close the channel; what is under way ends as cancelled."""
        self._caller.close()

    def _serialise(self, request: Proto) -> bytes:
        try:
            data: bytes = request.SerializeToString()
        except EncodeError as exc:  # over 2 GiB
            size = "more than 2 GiB"
            raise self._too_large(size) from exc
        if len(data) > self._limit:
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
            f"{self._limit} bytes. Send less at once, or raise "
            "max_request_bytes= if the server takes more.",
            target=str(self._target),
            model=self._servable.name,
            code="RESOURCE_EXHAUSTED",
        )


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
