"""The rules for labels: names for versions that can be moved while the server runs."""

from __future__ import annotations

from collections.abc import Iterable

from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import ModelConfig
from digits_widget.model_server.refusal import Refusal


def check_labels(
    configs: Iterable[ModelConfig],
    lifecycle: Lifecycle,
    library: Library,
    *,
    anywhere: bool,
) -> None:
    """Refuse labels of versions that cannot answer now.

    Parameters
    ----------
    configs : iterable of ModelConfig
        The list that is to be applied.
    lifecycle, library : Lifecycle and Library
        What is available, and which labels are in use.
    anywhere : bool
        Whether a label that is not in use yet may name any version.

    Raises
    ------
    Refusal
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
                raise Refusal("FAILED_PRECONDITION", msg)
