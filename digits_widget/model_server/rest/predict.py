"""Predict over REST: rows (``instances``) or whole columns (``inputs``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from digits_widget.model_server.calls.predict import run
from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.rest.json_values import is_b64, shape_of, to_array
from digits_widget.model_server.rest.json_writer import rows_of, string, text_of
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import DEFAULT, Signature, Slot
from digits_widget.model_server.tensors.element import ELEMENTS, Element, type_word

Array = np.ndarray[Any, Any]


def predict(servable: Servable, asked: Mapping[str, Any], timeout: float) -> str:
    """Answer a predict request that is already JSON values; give the answer's text.

    Raises
    ------
    Refusal
        In TensorFlow Serving's words.
    """
    signature = find_signature(servable, asked)
    in_rows = _is_in_rows(asked)
    if in_rows:
        feeds = from_rows(asked["instances"], signature)
    else:
        feeds = _from_columns(asked["inputs"], signature)
    slots = list(signature.outputs.values())
    arrays = run(servable, signature, feeds, slots, timeout)
    return _rows(slots, arrays) if in_rows else _columns(slots, arrays)


def find_signature(servable: Servable, asked: Mapping[str, Any]) -> Signature:
    """Find the signature that a request names, or the default one."""
    name = asked.get("signature_name", DEFAULT)
    if not isinstance(name, str):
        msg = "When parsing, 'signature_name' key must be a string value."
        raise invalid(msg)
    signature = servable.signatures.get(name or DEFAULT)
    if signature is None:
        msg = f'Serving signature name: "{name}" not found in signature def'
        raise invalid(msg)
    return signature


def _is_in_rows(asked: Mapping[str, Any]) -> bool:
    if "instances" in asked and "inputs" in asked:
        msg = (
            "Not formatted correctly: expecting only one of 'inputs' or 'instances' "
            "keys to exist"
        )
        raise invalid(msg)
    if "instances" not in asked and "inputs" not in asked:
        raise invalid("Missing 'inputs' or 'instances' key")
    return "instances" in asked


# -- Rows in ---------------------------------------------------------------------------


def from_rows(rows: object, signature: Signature) -> dict[str, Array]:
    """Turn ``instances`` into one array for each input, its first axis the rows."""
    if not isinstance(rows, list):
        raise invalid("Request: Expecting 'instances' to be an list/array")
    if not rows:
        raise invalid("Request: No values in 'instances' array")
    _check_inputs(signature)
    are_objects = isinstance(rows[0], dict) and not is_b64(rows[0])
    if not are_objects and len(signature.inputs) > 1:
        msg = (
            "instances is a plain list, but expecting list of objects as multiple "
            "input tensors required as per tensorinfo_map"
        )
        raise invalid(msg)
    _check_alike(rows, are_objects=are_objects)
    if not are_objects:
        (slot,) = signature.inputs.values()
        return {slot.alias: _stack(rows, slot, "")}
    _check_keys(rows, signature)
    return {
        alias: _stack([row[alias] for row in rows], slot, alias)
        for alias, slot in signature.inputs.items()
    }


def _check_alike(rows: Sequence[object], *, are_objects: bool) -> None:
    for place, row in enumerate(rows):
        if are_objects and not isinstance(row, dict):
            msg = f"Expecting object but got list at item {place} of input list"
            raise invalid(msg)
        if not are_objects and isinstance(row, dict) and not is_b64(row):
            msg = f"Expecting value/list but got object at item {place} of input list"
            raise invalid(msg)


def _check_keys(rows: Sequence[Mapping[str, Any]], signature: Signature) -> None:
    wanted = signature.inputs.keys()
    for place, row in enumerate(rows):
        if row.keys() == wanted:
            continue
        for name in row:
            if name not in wanted:
                inner = f"JSON object: does not have named input: {name}"
                raise _in_row(place, name, invalid(inner))
        msg = (
            f"Failed to process element: {place} of 'instances' list. JSON object "
            f"keys must be equal to: {','.join(sorted(wanted))}"
        )
        raise invalid(msg)


def _stack(values: list[Any], slot: Slot, key: str) -> Array:
    element = _element(slot)
    try:
        return to_array(values, element)
    except Refusal as exc:
        trouble = exc
    # Something is wrong with it: now find out with which row.
    first = shape_of(values[0])
    for place, value in enumerate(values):
        try:
            array = to_array(value, element)
        except Refusal as exc:
            raise _in_row(place, key, exc) from exc
        if array.shape != first:
            raise _in_row(place, key, _unequal(first, array)) from trouble
    raise trouble


def _unequal(first: tuple[int, ...], array: Array) -> Refusal:
    size = int(np.prod(first, dtype=np.int64))
    if array.size != size:
        return invalid(f"Expecting tensor size: {size} but got: {array.size}")
    sides, found = (",".join(map(str, shape)) for shape in (first, array.shape))
    return invalid(f"Expecting shape [{sides}] but got: [{found}]")


def _in_row(place: int, key: str, inner: Refusal) -> Refusal:
    named = f" key: {key}" if key else ""
    return invalid(
        f"Failed to process element: {place}{named} of 'instances' list. "
        f"Error: {inner.code}: {inner.message}"
    )


# -- Columns in ------------------------------------------------------------------------


def _from_columns(inputs: object, signature: Signature) -> dict[str, Array]:
    _check_inputs(signature)
    if not isinstance(inputs, dict) or is_b64(inputs):
        if len(signature.inputs) > 1:
            msg = (
                "inputs is a plain value/list, but expecting an object as multiple "
                "input tensors required as per tensorinfo_map"
            )
            raise invalid(msg)
        (slot,) = signature.inputs.values()
        return {slot.alias: to_array(inputs, _element(slot))}
    feeds = {}
    for alias, slot in signature.inputs.items():
        if alias not in inputs:
            raise invalid(f"Missing named input: {alias} in 'inputs' object.")
        feeds[alias] = to_array(inputs[alias], _element(slot))
    return feeds


def _check_inputs(signature: Signature) -> None:
    if not signature.inputs:
        raise invalid(f"Failed to get input map for signature: {signature.name}")


def _element(slot: Slot) -> Element:
    element = ELEMENTS.get(slot.type)
    if element is None:
        msg = f"Conversion of JSON Value to type: {type_word(slot.type)}"
        raise Refusal("UNIMPLEMENTED", msg)
    return element


# -- Out -------------------------------------------------------------------------------


def _rows(slots: Sequence[Slot], arrays: Sequence[Array]) -> str:
    for slot, array in zip(slots, arrays, strict=True):
        if array.ndim == 0:
            msg = f"Tensor name: {slot.alias} has no shape information"
            raise invalid(msg)
        if len(array) != len(arrays[0]):
            msg = (
                f"Tensor name: {slot.alias} has inconsistent batch size: {len(array)} "
                f"expecting: {len(arrays[0])}"
            )
            raise invalid(msg)
    columns = [
        rows_of(array, _output(slot), slot.alias)
        for slot, array in zip(slots, arrays, strict=True)
    ]
    if len(columns) == 1:
        rows = columns[0]
    else:
        names = [string(slot.alias) for slot in slots]
        rows = [_object(names, row) for row in zip(*columns, strict=True)]
    return '{\n    "predictions": [' + ", ".join(rows) + "\n    ]\n}"


def _columns(slots: Sequence[Slot], arrays: Sequence[Array]) -> str:
    texts = [
        text_of(array, _output(slot), slot.alias)
        for slot, array in zip(slots, arrays, strict=True)
    ]
    names = [string(slot.alias) for slot in slots]
    outputs = texts[0] if len(texts) == 1 else _object(names, texts)
    return '{\n    "outputs": ' + outputs + "\n}"


def _object(names: Sequence[str], texts: Sequence[str]) -> str:
    members = (f"{name}: {text}" for name, text in zip(names, texts, strict=True))
    return "{" + ", ".join(members) + "}"


def _output(slot: Slot) -> Element:
    element = ELEMENTS.get(slot.type)
    if element is None:
        raise invalid(f"Failed to write JSON value for tensor type: {slot.type}")
    return element
