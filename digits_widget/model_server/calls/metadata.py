"""GetModelMetadata: the signatures that a model declares."""

from __future__ import annotations

from dataclasses import dataclass

from digits_widget.model_server.calls.predict import fill_spec
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.status_error import invalid
from digits_widget.protocol.messages import (
    GetModelMetadataResponse,
    Proto,
    SignatureDefMap,
)

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
        request: Proto,
        timeout: float | None = None,  # noqa: ARG002
    ) -> Proto:
        """Answer one request from memory, so `timeout` has no effect."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        if not request.metadata_field:
            msg = "GetModelMetadataRequest must specify at least one metadata_field"
            raise invalid(msg)
        for field in request.metadata_field:
            if field != FIELD:
                raise invalid(f"Metadata field {field} is not supported")
        response = GetModelMetadataResponse()
        with self.library.acquire(request.model_spec) as servable:
            fill_spec(response.model_spec, servable, None)
            signatures = SignatureDefMap()
            for name, proto in servable.signature_protos.items():
                signatures.signature_def[name].CopyFrom(proto)
            response.metadata[FIELD].Pack(signatures)
        return response
