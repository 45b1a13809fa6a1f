"""GetModelStatus: the state of every version that this process has seen."""

from __future__ import annotations

from dataclasses import dataclass

from tensorflow_serving.apis import get_model_status_pb2

from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.version import Version
from digits_widget.model_server.refusal import Refusal, invalid


@dataclass(frozen=True)
class Status:
    """Answers GetModelStatus.

    Parameters
    ----------
    lifecycle : Lifecycle
        Who knows.
    """

    lifecycle: Lifecycle

    def __call__(
        self,
        request: get_model_status_pb2.GetModelStatusRequest,
        timeout: float | None = None,  # noqa: ARG002
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Answer one request. A label or signature in it means nothing here."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        name = request.model_spec.name
        versions, missing = self.lifecycle.versions(name), "any versions"
        if request.model_spec.WhichOneof("version_choice") == "version":
            number = request.model_spec.version.value
            versions = [each for each in versions if each.number == number]
            missing = f"version {number}"
        if not versions:
            raise Refusal("NOT_FOUND", f"Could not find {missing} of model {name}")
        response = get_model_status_pb2.GetModelStatusResponse()
        for version in versions:
            _describe(version, response.model_version_status.add())
        return response


def _describe(
    version: Version, status: get_model_status_pb2.ModelVersionStatus
) -> None:
    status.version = version.number
    status.state = get_model_status_pb2.ModelVersionStatus.State.Value(version.state)
    # A load that is to be tried again has not failed yet.
    error = version.error if version.failed else None
    status.status.error_code = error.number if error else 0
    status.status.error_message = error.message if error else ""
