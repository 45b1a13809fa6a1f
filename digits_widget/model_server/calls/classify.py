"""Classify: examples in, labels and scores out."""

from __future__ import annotations

from typing import Any

import numpy as np

from digits_widget.model_server.calls.examples import (
    ExampleCall,
    one_input,
    serialized_examples,
    signature_of,
)
from digits_widget.model_server.calls.predict import fill_spec, run
from digits_widget.model_server.servables.input_checks import check_types
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import invalid
from digits_widget.protocol.dtypes import DTYPES
from digits_widget.protocol.messages import ClassificationResponse, Proto
from digits_widget.protocol.signature import TensorSpec

METHOD = "tensorflow/serving/classify"

_DTYPES = {"classes": "DT_STRING", "scores": "DT_FLOAT"}
"""The outputs that it reads, with their element types."""

Array = np.ndarray[Any, Any]


class Classify(ExampleCall):
    """Answers Classify."""

    def __call__(
        self,
        request: Proto,
        timeout: float | None = None,
    ) -> Proto:
        """Answer one request within `timeout` seconds."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        with self.library.acquire(request.model_spec) as servable:
            signature = signature_of(servable, request.model_spec.signature_name)
            check_signature(signature, check_method=self.check_method)
            response = ClassificationResponse()
            classify(servable, signature, request.input, response.result, timeout)
            fill_spec(response.model_spec, servable, signature)
        return response


def check_signature(signature: Signature, *, check_method: bool) -> None:
    """Refuse a signature whose inputs and outputs do not suit Classify.

    Parameters
    ----------
    signature : Signature
        The signature.
    check_method : bool
        Whether it must declare Classify as its method.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT, in TensorFlow Serving's words.
    """
    if check_method and signature.method != METHOD:
        msg = (
            f"Expected classification signature method_name to be {METHOD}. "
            f"Was: {signature.method}"
        )
        raise invalid(msg)
    one_input(signature, "classification")
    if len(signature.outputs) not in {1, 2}:
        msg = f"Expected one or two output Tensors, found {len(signature.outputs)}"
        raise invalid(msg)
    if not signature.outputs.keys() & _DTYPES.keys():
        msg = (
            "Expected classification signature outputs to contain at least one of "
            f'"classes" or "scores". Signature: {", ".join(signature.outputs)}'
        )
        raise invalid(msg)


def classify(
    servable: Servable,
    signature: Signature,
    given: Proto,
    result: Proto,
    timeout: float | None,
) -> None:
    """Run a checked signature on examples and fill `result`.

    Parameters
    ----------
    servable : Servable
        The version that answers.
    signature : Signature
        The signature to run, already checked.
    given : Input
        The examples.
    result : ClassificationResult
        Receives the labels and scores.
    timeout : float or None
        Seconds until the call fails; None for no limit.
    """
    examples = serialized_examples(given)
    # The checks below run in this order, as in TensorFlow Serving.
    specs = [signature.outputs[name] for name in _DTYPES if name in signature.outputs]
    check_types(signature, {"inputs": DTYPES["DT_STRING"].number})
    arrays = run(servable, signature, {"inputs": examples}, specs, timeout)
    found = {spec.name: array for spec, array in zip(specs, arrays, strict=True)}
    for spec in specs:
        _check(spec, found[spec.name], len(examples))
    _fill(result, found, len(examples))


def _check(spec: TensorSpec, array: Array, count: int) -> None:
    if array.ndim != 2:
        msg = (
            "Expected Tensor shape: [batch_size num_classes] but got "
            f"{_shape(array.shape)}"
        )
        raise invalid(msg)
    if spec.dtype != _DTYPES[spec.name]:
        msg = f"Expected {spec.name} Tensor of {_DTYPES[spec.name]}. Got: {spec.word}"
        raise invalid(msg)
    if array.shape[0] != count:
        msg = (
            f"Expected {spec.name} output batch size of {count}. Got: {array.shape[0]}"
        )
        raise invalid(msg)


def _fill(result: Proto, found: dict[str, Array], count: int) -> None:
    widths = {array.shape[1] for array in found.values()}
    if len(widths) > 1:
        msg = (
            "Tensors class and score should match in dim_size(1). Got "
            f"{found['classes'].shape[1]} vs. {found['scores'].shape[1]}"
        )
        raise invalid(msg)
    width = widths.pop()
    labels = found["classes"].tolist() if "classes" in found else None
    scores = found["scores"].tolist() if "scores" in found else None
    for row in range(count):
        classes = result.classifications.add().classes
        for column in range(width):
            each = classes.add()
            if labels is not None:
                # proto3 strings are UTF-8, which replaces other bytes in a label.
                each.label = labels[row][column].decode("utf-8", "replace")
            if scores is not None:
                each.score = scores[row][column]


def _shape(shape: tuple[int, ...]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"
