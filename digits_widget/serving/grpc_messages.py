"""`GrpcMessages`: writes requests and reads responses, without a connection."""

from __future__ import annotations

from google.protobuf.message import DecodeError, EncodeError

from digits_widget.errors import AnswerError
from digits_widget.protocol.dtypes import name_of_number
from digits_widget.protocol.messages import (
    GetModelMetadataRequest,
    GetModelStatusRequest,
    PredictRequest,
    PredictResponse,
    Proto,
    SignatureDefMap,
    message_class,
    service,
)
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.signature import read_signatures
from digits_widget.protocol.tensors import Packing, from_tensor_proto, write_tensor
from digits_widget.serving.call import Call, Outputs
from digits_widget.serving.connection import Connection
from digits_widget.serving.error_hints import too_large_error
from digits_widget.serving.target import Target

METHODS = {
    method.name: method
    for name in ("PredictionService", "ModelService")
    for method in service(name).methods
}
"""Every method of TensorFlow Serving, by its name."""


class GrpcMessages:
    """The messages to and from one model on one server."""

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

    def encode(self, call: Call) -> bytes:
        """Return a serialised `PredictRequest`."""
        request = PredictRequest(
            model_spec=self._servable.spec(call.signature.name),
            output_filter=call.outputs,
        )
        for name, array in call.inputs.items():
            write_tensor(
                request.inputs[name],
                array,
                dtype=call.dtypes.get(name),
                packing=self._packing,
            )
        return self.serialise(request)

    def decode(self, response: bytes, call: Call) -> Outputs:
        """Return the outputs in a serialised `PredictResponse`.

        Parameters
        ----------
        response, call
            As for `Transport.decode`.
        """
        parsed = self._parsed(PredictResponse, response)
        spec = parsed.model_spec
        return Outputs(
            {name: from_tensor_proto(parsed.outputs[name]) for name in parsed.outputs},
            model=spec.name or self._servable.name,
            version=spec.version.value if spec.HasField("version") else None,
            signature=spec.signature_name or call.signature.name,
            dtypes={
                name: name_of_number(parsed.outputs[name].dtype)
                for name in parsed.outputs
            },
        )

    def metadata_request(self) -> bytes:
        """Return a serialised `GetModelMetadataRequest`."""
        return self.serialise(
            GetModelMetadataRequest(
                model_spec=self._servable.spec(), metadata_field=["signature_def"]
            )
        )

    def read_metadata(self, response: bytes) -> ModelMetadata:
        """Return the metadata in a serialised `GetModelMetadataResponse`."""
        answer = self.parse("GetModelMetadata", response)
        packed = answer.metadata["signature_def"].value
        spec = answer.model_spec
        return ModelMetadata(
            self._servable.name,
            spec.version.value if spec.HasField("version") else None,
            read_signatures(self._parsed(SignatureDefMap, packed).signature_def),
            str(self._target),
        )

    def status_request(self, model: str) -> bytes:
        """Return a serialised `GetModelStatusRequest`."""
        return self.serialise(GetModelStatusRequest(model_spec=Servable(model).spec()))

    def read_status(self, response: bytes) -> tuple[VersionStatus, ...]:
        """Return the versions in a serialised `GetModelStatusResponse`."""
        answer = self.parse("GetModelStatus", response)
        return tuple(map(_read_status, answer.model_version_status))

    def parse(self, name: str, response: bytes) -> Proto:
        """Return the response message of any of the server's methods.

        Parameters
        ----------
        name : str
            The method's name, such as ``GetModelStatus``.
        response : bytes
            The serialised response.
        """
        return self._parsed(
            message_class(METHODS[name].output_type.full_name), response
        )

    def serialise(self, request: Proto) -> bytes:
        """Return the bytes of a request message.

        Raises
        ------
        TooLargeError
            The request exceeds the client's limit.
        """
        try:
            data: bytes = request.SerializeToString()
        except EncodeError as exc:  # over 2 GiB
            size = "more than 2 GiB"
            raise too_large_error(
                size, self._limit, self._target, self._servable
            ) from exc
        if len(data) > self._limit:
            size = f"{len(data)} bytes"
            raise too_large_error(size, self._limit, self._target, self._servable)
        return data

    def _parsed(self, kind: Proto, data: bytes) -> Proto:
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
