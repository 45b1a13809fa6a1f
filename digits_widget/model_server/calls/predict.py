"""Predict: named tensors in, named tensors out.

The order of the checks is TensorFlow Serving's, because a client sees only the first
that fails: model, signature, number of inputs, each input, unknown names, output
filter, and then whatever the graph says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow_serving.apis import model_pb2, predict_pb2

from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.servables.feeding import check_feeds, wrong_type
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import DEFAULT, Signature, Slot
from digits_widget.model_server.tensors import TensorError, decode, encode
from digits_widget.model_server.tensors.element import ELEMENTS, type_word

Array = np.ndarray[Any, Any]

_NEVER_FED = {types_pb2.DT_RESOURCE, types_pb2.DT_VARIANT}
"""What TensorFlow reads off the wire, and then lets nobody feed."""


@dataclass(frozen=True)
class Predict:
    """Answers Predict.

    Parameters
    ----------
    library : Library
        The models.
    as_content : bool
        Answer with raw bytes instead of typed values.
    """

    library: Library
    as_content: bool = False

    def __call__(
        self, request: predict_pb2.PredictRequest, timeout: float | None = None
    ) -> predict_pb2.PredictResponse:
        """Answer one request within `timeout` seconds."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        with self.library.lend(request.model_spec) as servable:
            return predict(servable, request, timeout, as_content=self.as_content)


def predict(
    servable: Servable,
    request: predict_pb2.PredictRequest,
    timeout: float | None = None,
    *,
    as_content: bool = False,
) -> predict_pb2.PredictResponse:
    """Answer a Predict request with this version, whatever version it asks for."""
    signature = _signature(servable, request.model_spec)
    feeds = _feeds(signature, request.inputs)
    slots = _outputs(signature, request.output_filter)
    arrays = run(servable, signature, feeds, slots, timeout)
    response = predict_pb2.PredictResponse()
    fill_spec(response.model_spec, servable, signature)
    for slot, array in zip(slots, arrays, strict=True):
        element = ELEMENTS.get(slot.type)
        if element is None:
            raise invalid(f"Output {slot.alias} has no data type that can be sent")
        response.outputs[slot.alias].CopyFrom(
            encode(array, element, as_content=as_content)
        )
    return response


def run(
    servable: Servable,
    signature: Signature,
    feeds: Mapping[str, Array],
    slots: Sequence[Slot],
    timeout: float | None,
) -> list[Array]:
    """Run a signature on arrays by alias; give the outputs of `slots`, in order."""
    check_feeds(signature, feeds)
    by_tensor = {signature.inputs[alias].tensor: feeds[alias] for alias in feeds}
    fetches = [slot.tensor for slot in slots]
    return servable.run(by_tensor, fetches, timeout=timeout)


def fill_spec(
    spec: model_pb2.ModelSpec, servable: Servable, signature: Signature | None
) -> None:
    """Say who answered: name, version and, if there is one, signature."""
    spec.name = servable.name
    spec.version.value = servable.version
    if signature is not None:
        spec.signature_name = signature.name


def _signature(servable: Servable, spec: model_pb2.ModelSpec) -> Signature:
    name = spec.signature_name or DEFAULT
    signature = servable.signatures.get(name)
    if signature is None:
        msg = f'Serving signature key "{name}" not found.'
        raise Refusal("FAILED_PRECONDITION", msg)
    return signature


def _feeds(
    signature: Signature, inputs: Mapping[str, tensor_pb2.TensorProto]
) -> dict[str, Array]:
    _check_count(signature, inputs)
    feeds: dict[str, Array] = {}
    for alias, slot in signature.inputs.items():
        proto = inputs[alias] if alias in inputs else signature.defaults.get(alias)
        if proto is None:
            msg = (
                f"Signature input alias: {alias}(feed name: {slot.tensor}) not found "
                "in request and no default value provided. Inputs expected to be in "
                f"the set {_braces(signature.inputs)}."
            )
            raise invalid(msg)
        if proto.dtype in _NEVER_FED:
            raise wrong_type(len(feeds), slot, type_word(proto.dtype))
        try:
            feeds[alias] = decode(proto)
        except TensorError as exc:
            raise invalid(f"tensor parsing error: {alias}") from exc
    if any(alias not in signature.inputs for alias in inputs):
        msg = (
            f"Inputs contains invalid name. Used request inputs: {_braces(feeds)}, "
            f"request inputs: {_braces(inputs)}"
        )
        raise invalid(msg)
    return feeds


def _check_count(signature: Signature, inputs: Mapping[str, Any]) -> None:
    sent, want = set(inputs), set(signature.inputs)
    too_few = len(sent) < len(want) and not signature.defaults
    if len(sent) <= len(want) and not too_few:
        return
    msg = (
        f"input size does not match signature: {len(sent)}!={len(want)} "
        f"len({_braces(sent)}) != len({_braces(want)}). "
        f"Sent extra: {_braces(sent - want)}. "
        f"Missing but required: {_braces(want - sent - set(signature.defaults))}."
    )
    raise invalid(msg)


def _outputs(signature: Signature, output_filter: Sequence[str]) -> list[Slot]:
    if not output_filter:
        return list(signature.outputs.values())
    slots: dict[str, Slot] = {}
    for alias in output_filter:
        if alias not in signature.outputs:
            msg = (
                f"output tensor alias not found in signature: {alias} Outputs "
                f"expected to be in the set {_braces(signature.outputs)}."
            )
            raise invalid(msg)
        if alias in slots:
            raise invalid(f"duplicate output tensor alias: {alias}")
        slots[alias] = signature.outputs[alias]
    return list(slots.values())


def _braces(names: Collection[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
