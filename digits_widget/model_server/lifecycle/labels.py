"""The rules for labels, the names that can move between versions at run time."""

from __future__ import annotations

from collections.abc import Iterable

from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import ModelConfig
from digits_widget.model_server.status_error import StatusError


def check_labels(
    configs: Iterable[ModelConfig],
    lifecycle: Lifecycle,
    library: Library,
    *,
    anywhere: bool,
) -> None:
    """Refuse labels for versions that are not available.

    Parameters
    ----------
    configs : iterable of ModelConfig
        The list to apply.
    lifecycle, library : Lifecycle and Library
        The available versions, and the labels in use.
    anywhere : bool
        Whether a new label may name any version.

    Raises
    ------
    StatusError
        FAILED_PRECONDITION, in TensorFlow Serving's words.
    """
    for config in configs:
        ready = {
            version.number
            for version in lifecycle.versions(config.name)
            if version.state == "AVAILABLE"
        }
        used = library.labels(config.name)
        for label, number in config.labels.items():
            is_free = anywhere and label not in used
            if number not in ready and not is_free:
                msg = (
                    f"Request to assign label to version {number} of model "
                    f"{config.name}, which is not currently available for inference"
                )
                raise StatusError("FAILED_PRECONDITION", msg)
