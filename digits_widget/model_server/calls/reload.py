"""HandleReloadConfigRequest: replaces the list of models while the server runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from digits_widget.model_server.lifecycle.labels import check_labels
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    check,
    check_platforms,
    from_proto,
)
from digits_widget.model_server.log import log
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.messages import Proto, ReloadConfigResponse

_PATIENCE = 60.0
"""Seconds that a reload waits for a new model.

If a new model has no version on disk, TensorFlow Serving waits for ever and blocks
every later reload.
"""

_REFUSED = (
    "This server does not let requests change which models it serves, because other "
    "people use it. Change its --model_config_file, or start it with "
    "--allow_reload_requests."
)


@dataclass(frozen=True)
class Reload:
    """Answers HandleReloadConfigRequest, and applies a changed config file.

    Parameters
    ----------
    library : Library
        Holds the labels.
    lifecycle : Lifecycle
        Loads and unloads.
    metrics : Metrics
        The counters whose values a request can ask for.
    labels_anywhere : bool
        Whether a new label may name a version that is not available.
    is_allowed : bool
        Whether requests may change the list. A changed config file always may.
    """

    library: Library
    lifecycle: Lifecycle
    metrics: Metrics
    labels_anywhere: bool = False
    is_allowed: bool = True
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def __call__(
        self,
        request: Proto,
        timeout: float | None = None,
    ) -> Proto:
        """Answer one request within `timeout` seconds."""
        if not self.is_allowed:
            raise StatusError("PERMISSION_DENIED", _REFUSED)
        if request.config.WhichOneof("config") != "model_config_list":
            msg = (
                "Config type is not supported by HandleReloadConfigRequest. Only "
                "ModelConfigList is currently supported"
            )
            raise invalid(msg)
        listed = request.config.model_config_list.config
        before = self.metrics.values(request.metric_names)
        self.apply([from_proto(each) for each in listed], timeout)
        response = ReloadConfigResponse()
        response.status.error_code = 0
        after = self.metrics.values(request.metric_names)
        for name in request.metric_names:
            increase = after[name] - before[name]
            response.metric.add(name=name, int64_value_increase=increase)
        return response

    def apply(self, configs: Sequence[ModelConfig], timeout: float | None) -> None:
        """Replace the list of models, and wait for the new ones.

        Parameters
        ----------
        configs : sequence of ModelConfig
            The new list.
        timeout : float or None
            Seconds to wait for new models, at most a minute.

        Raises
        ------
        StatusError
            The list is invalid, or a new model does not load. The models served so
            far stay, unless a valid list no longer contains them.
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
            raise StatusError("UNKNOWN", msg)
        log(f"serving {', '.join(sorted(each.name for each in wanted)) or 'no model'}")
