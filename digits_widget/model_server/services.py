"""The gRPC services: assigns a call to each method, and counts requests."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from digits_widget.model_server.calls.classify import Classify
from digits_widget.model_server.calls.examples import examples_of
from digits_widget.model_server.calls.metadata import Metadata
from digits_widget.model_server.calls.multi_inference import MultiInference
from digits_widget.model_server.calls.predict import Predict
from digits_widget.model_server.calls.regress import Regress
from digits_widget.model_server.calls.reload import Reload
from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.grpc_server import Call, Method
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.messages import (
    ClassificationRequest,
    GetModelMetadataRequest,
    GetModelStatusRequest,
    MultiInferenceRequest,
    PredictRequest,
    RegressionRequest,
    ReloadConfigRequest,
    service,
)

_PREDICTION = service("PredictionService")
_MODEL = service("ModelService")

SERVICE_NAMES = (_PREDICTION.full_name, _MODEL.full_name)
"""Full names of the services, for health and reflection."""


@dataclass(frozen=True)
class Services:
    """All calls of the server."""

    predict: Predict
    """Arrays in, arrays out."""

    classify: Classify
    """Examples in, labels out."""

    regress: Regress
    """Examples in, numbers out."""

    multi_inference: MultiInference
    """Several Classify and Regress tasks at once."""

    metadata: Metadata
    """A model's signatures."""

    status: Status
    """The states of a model's versions."""

    reload: Reload
    """Replaces the list of models."""

    metrics: Metrics
    """Counts the calls that run a model."""

    def methods(self) -> list[Method]:
        """List the gRPC methods."""
        prediction, model = (f"/{name}" for name in SERVICE_NAMES)
        return [
            Method(
                f"{prediction}/Predict",
                PredictRequest,
                self._counted("Predict", self.predict, _own_name),
            ),
            Method(
                f"{prediction}/Classify",
                ClassificationRequest,
                self._counted("Classify", self.classify, _own_name),
            ),
            Method(
                f"{prediction}/Regress",
                RegressionRequest,
                self._counted("Regress", self.regress, _own_name),
            ),
            Method(
                f"{prediction}/MultiInference",
                MultiInferenceRequest,
                self._counted("MultiInference", self.multi_inference, _first_name),
            ),
            Method(
                f"{prediction}/GetModelMetadata",
                GetModelMetadataRequest,
                self.metadata,
            ),
            Method(
                f"{model}/GetModelStatus",
                GetModelStatusRequest,
                self.status,
            ),
            Method(
                f"{model}/HandleReloadConfigRequest",
                ReloadConfigRequest,
                self.reload,
            ),
        ]

    def _counted(self, api: str, call: Call, name_of: Callable[[Any], str]) -> Call:
        def answer(request: Any, timeout: float | None) -> Any:
            started = time.perf_counter()
            code = "INTERNAL"
            try:
                response = call(request, timeout)
            except StatusError as exc:
                code = exc.code
                raise
            else:
                code = "OK"
                if hasattr(request, "input"):
                    count = len(examples_of(request.input))
                    self.metrics.count_examples(name_of(request), count)
                return response
            finally:
                seconds = time.perf_counter() - started
                self.metrics.count(name_of(request), api, "GRPC", code, seconds)

        return answer


def _own_name(request: Any) -> str:
    return str(request.model_spec.name)


def _first_name(request: Any) -> str:
    return str(request.tasks[0].model_spec.name) if request.tasks else ""
