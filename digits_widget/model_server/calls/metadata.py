"""GetModelMetadata: what a model declares."""

from __future__ import annotations

from dataclasses import dataclass

from tensorflow_serving.apis import get_model_metadata_pb2

from digits_widget.model_server.calls.predict import fill_spec
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.refusal import invalid

FIELD = "signature_def"


@dataclass(frozen=True)
class Metadata:
    """Answers GetModelMetadata.

    Parameters
    ----------
    library : Library
        The models.
    """

    library: Library

    def __call__(
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        timeout: float | None = None,  # noqa: ARG002
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """Answer one request. All of it is in memory, so `timeout` is not needed."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        if not request.metadata_field:
            msg = "GetModelMetadataRequest must specify at least one metadata_field"
            raise invalid(msg)
        for field in request.metadata_field:
            if field != FIELD:
                raise invalid(f"Metadata field {field} is not supported")
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        with self.library.lend(request.model_spec) as servable:
            fill_spec(response.model_spec, servable, None)
            signatures = get_model_metadata_pb2.SignatureDefMap()
            for name, proto in servable.signature_protos.items():
                signatures.signature_def[name].CopyFrom(proto)
            response.metadata[FIELD].Pack(signatures)
        return response
