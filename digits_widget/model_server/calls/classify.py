"""Classify: examples in, labels and scores out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import classification_pb2, input_pb2

from digits_widget.model_server.calls.examples import serialized_examples
from digits_widget.model_server.calls.inference import one_input, signature_of
from digits_widget.model_server.calls.predict import fill_spec, run
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.refusal import invalid
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.tensors.element import type_word

METHOD = "tensorflow/serving/classify"

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Classify:
    """Answers Classify.

    Parameters
    ----------
    library : Library
        The models.
    check_method : bool
        Whether the signature must say that it is one for classification.
    """

    library: Library
    check_method: bool = False

    def __call__(
        self,
        request: classification_pb2.ClassificationRequest,
        timeout: float | None = None,
    ) -> classification_pb2.ClassificationResponse:
        """Answer one request within `timeout` seconds."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        with self.library.lend(request.model_spec) as servable:
            signature = signature_of(servable, request.model_spec.signature_name)
            check_signature(signature, check_method=self.check_method)
            response = classification_pb2.ClassificationResponse()
            classify(servable, signature, request.input, response.result, timeout)
            fill_spec(response.model_spec, servable, signature)
        return response


def check_signature(signature: Signature, *, check_method: bool) -> None:
    """Refuse a signature that is not shaped for classification."""
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
    if not signature.outputs.keys() & {"classes", "scores"}:
        msg = (
            "Expected classification signature outputs to contain at least one of "
            f'"classes" or "scores". Signature: {", ".join(signature.outputs)}'
        )
        raise invalid(msg)


def classify(
    servable: Servable,
    signature: Signature,
    given: input_pb2.Input,
    result: classification_pb2.ClassificationResult,
    timeout: float | None,
) -> None:
    """Run a checked signature on examples and fill `result`."""
    examples = serialized_examples(given)
    slots = [
        slot
        for alias, slot in signature.outputs.items()
        if alias in {"classes", "scores"}
    ]
    arrays = run(servable, signature, {"inputs": examples}, slots, timeout)
    found = {slot.alias: array for slot, array in zip(slots, arrays, strict=True)}
    types = {slot.alias: slot.type for slot in slots}
    for alias, wanted in (
        ("classes", types_pb2.DT_STRING),
        ("scores", types_pb2.DT_FLOAT),
    ):
        if alias in found:
            _check(alias, found[alias], types[alias], wanted, len(examples))
    _fill(result, found, len(examples))


def _check(alias: str, array: Array, given: int, wanted: int, count: int) -> None:
    if array.ndim != 2:
        msg = (
            "Expected Tensor shape: [batch_size num_classes] but got "
            f"{_shape(array.shape)}"
        )
        raise invalid(msg)
    if given != wanted:
        word = types_pb2.DataType.Name(wanted)
        msg = f"Expected {alias} Tensor of {word}. Got: {type_word(given)}"
        raise invalid(msg)
    if array.shape[0] != count:
        msg = f"Expected {alias} output batch size of {count}. Got: {array.shape[0]}"
        raise invalid(msg)


def _fill(
    result: classification_pb2.ClassificationResult, found: dict[str, Array], count: int
) -> None:
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
                # proto3 strings are UTF-8; a label that is not cannot be sent whole.
                each.label = labels[row][column].decode("utf-8", "replace")
            if scores is not None:
                each.score = scores[row][column]


def _shape(shape: tuple[int, ...]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"
