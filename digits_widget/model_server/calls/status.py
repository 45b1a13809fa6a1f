"""GetModelStatus: the state of every version since the server started."""

from __future__ import annotations

from dataclasses import dataclass

from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.version import Version
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.messages import POOL, GetModelStatusResponse, Proto

_STATES = POOL.FindEnumTypeByName("tensorflow.serving.ModelVersionStatus.State")


@dataclass(frozen=True)
class Status:
    """Answers GetModelStatus.

    Parameters
    ----------
    lifecycle : Lifecycle
        The versions and their states.
    """

    lifecycle: Lifecycle

    def __call__(
        self,
        request: Proto,
        timeout: float | None = None,  # noqa: ARG002
    ) -> Proto:
        """Answer one request. Any label or signature in it has no effect."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        name = request.model_spec.name
        versions, missing = self.lifecycle.versions(name), "any versions"
        if request.model_spec.WhichOneof("version_choice") == "version":
            number = request.model_spec.version.value
            versions = [each for each in versions if each.number == number]
            missing = f"version {number}"
        if not versions:
            raise StatusError("NOT_FOUND", f"Could not find {missing} of model {name}")
        response = GetModelStatusResponse()
        for version in versions:
            _describe(version, response.model_version_status.add())
        return response


def _describe(version: Version, status: Proto) -> None:
    status.version = version.number
    status.state = _STATES.values_by_name[version.state].number
    # A load that will be retried has not failed yet.
    error = version.error if version.failed else None
    status.status.error_code = error.number if error else 0
    status.status.error_message = error.message if error else ""
