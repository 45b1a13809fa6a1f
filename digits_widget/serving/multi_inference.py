"""Several questions about the same rows in one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from digits_widget.serving.examples import (
    Label,
    read_classification,
    read_regression,
)
from digits_widget.serving.grpc_transport import GrpcTransport
from digits_widget.serving.messages import MultiInferenceRequest, Proto
from digits_widget.serving.servable import Servable
from digits_widget.serving.transport import Know

Method: TypeAlias = Literal["classify", "regress"]
"""What a signature is asked."""

Answers: TypeAlias = list[list[Label]] | list[float]
"""Labels for each row, or a number for each row."""


def multi_inference(
    transport: GrpcTransport,
    servable: Servable,
    tasks: Mapping[str, Method],
    rows: Proto,
    *,
    timeout: float,
    know: Know,
) -> dict[str, Answers]:
    """Ask MultiInference about `rows`, an `Input`; return the answers by signature."""
    request = MultiInferenceRequest(input=rows)
    for signature, method in tasks.items():
        request.tasks.add(
            model_spec=servable.spec(signature),
            method_name=f"tensorflow/serving/{method}",
        )
    answer = transport.call("MultiInference", request, timeout=timeout, know=know)
    return {
        signature: _read(result)
        for signature, result in zip(tasks, answer.results, strict=True)
    }


def _read(result: Proto) -> Answers:
    if result.WhichOneof("result") == "regression_result":
        return read_regression(result.regression_result)
    return read_classification(result.classification_result)
