"""HandleReloadConfigRequest: another list of models, while the server runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from tensorflow_serving.apis import model_management_pb2

from digits_widget.model_server.lifecycle.labels import check_labels
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    check,
    check_platforms,
    from_proto,
)
from digits_widget.model_server.log import say
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.refusal import Refusal, invalid

_PATIENCE = 60.0
"""Seconds that a reload waits for a new model.

TensorFlow Serving waits for ever, and every later reload behind it, when a new model
has no version on disk.
"""


@dataclass(frozen=True)
class Reload:
    """Answers HandleReloadConfigRequest, and re-reads of the config file.

    Parameters
    ----------
    library : Library
        Holds the labels.
    lifecycle : Lifecycle
        Loads and unloads.
    metrics : Metrics
        What a request can ask the values of.
    labels_anywhere : bool
        Whether a new label may name a version that is not available.
    """

    library: Library
    lifecycle: Lifecycle
    metrics: Metrics
    labels_anywhere: bool = False
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def __call__(
        self,
        request: model_management_pb2.ReloadConfigRequest,
        timeout: float | None = None,
    ) -> model_management_pb2.ReloadConfigResponse:
        """Answer one request within `timeout` seconds."""
        if request.config.WhichOneof("config") != "model_config_list":
            msg = (
                "Config type is not supported by HandleReloadConfigRequest. Only "
                "ModelConfigList is currently supported"
            )
            raise invalid(msg)
        listed = request.config.model_config_list.config
        before = self.metrics.values(request.metric_names)
        self.apply([from_proto(each) for each in listed], timeout)
        response = model_management_pb2.ReloadConfigResponse()
        response.status.error_code = 0
        after = self.metrics.values(request.metric_names)
        for name in request.metric_names:
            increase = after[name] - before[name]
            response.metric.add(name=name, int64_value_increase=increase)
        return response

    def apply(self, configs: Sequence[ModelConfig], timeout: float | None) -> None:
        """Replace the list of models, and wait for the new ones.

        Raises
        ------
        Refusal
            A list that cannot be, or a new model that does not load. What served
            before serves on, except for what a loaded list no longer has.
        """
        wanted = list(configs)
        check(wanted)
        with self._one_at_a_time:
            check_platforms(wanted, self.lifecycle.configs())
            check_labels(
                wanted,
                self.lifecycle,
                self.library,
                anywhere=self.labels_anywhere,
            )
            new = self.lifecycle.configure(wanted)
            patience = _PATIENCE if timeout is None else min(timeout, _PATIENCE)
            troubles = self.lifecycle.wait_until_available(new, patience)
            self.library.set_labels({each.name: each.labels for each in wanted})
        if troubles:
            each = "; ".join(f"{name}: {why}" for name, why in troubles.items())
            msg = f"{len(troubles)} model(s) did not become available: {{{each}}}"
            raise Refusal("UNKNOWN", msg)
        say(f"serving {', '.join(sorted(each.name for each in wanted)) or 'no model'}")
