"""Predict over REST: rows (``instances``) or whole columns (``inputs``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from digits_widget.model_server.calls.predict import run
from digits_widget.model_server.rest.json_reader import quote
from digits_widget.model_server.rest.json_values import is_b64, shape_of, to_array
from digits_widget.model_server.rest.json_writer import rows_of, string, text_of
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.dtypes import DTYPES, Dtype
from digits_widget.protocol.signature import DEFAULT, TensorSpec

Array = np.ndarray[Any, Any]


def predict(servable: Servable, asked: Mapping[str, Any], timeout: float) -> str:
    """Answer a parsed predict request; return the answer as JSON text.

    Parameters
    ----------
    servable : Servable
        The version that answers.
    asked : mapping of str to JSON value
        The request's body.
    timeout : float
        Seconds until the graph must have ended.

    Raises
    ------
    StatusError
        The request is invalid or the graph fails, in TensorFlow Serving's words.
    """
    signature = _find_signature(servable, asked)
    in_rows = _is_in_rows(asked)
    if in_rows:
        feeds = _from_rows(asked["instances"], signature)
    else:
        feeds = _from_columns(asked["inputs"], signature)
    specs = list(signature.outputs.values())
    arrays = run(servable, signature, feeds, specs, timeout)
    return _rows(specs, arrays) if in_rows else _columns(specs, arrays)


def _find_signature(servable: Servable, asked: Mapping[str, Any]) -> Signature:
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


def _from_rows(rows: object, signature: Signature) -> dict[str, Array]:
    """Convert ``instances`` to one array for each input; its first axis is the rows."""
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
        (spec,) = signature.inputs.values()
        return {spec.name: _stack(rows, spec, "")}
    _check_keys(rows, signature)
    return {
        alias: _stack([row[alias] for row in rows], spec, alias)
        for alias, spec in signature.inputs.items()
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
            f"Failed to process element: {place} of 'instances' list. JSON object: "
            f"{quote(row)} keys must be equal to: {','.join(sorted(wanted))}"
        )
        raise invalid(msg)


def _stack(values: list[Any], spec: TensorSpec, key: str) -> Array:
    kind = _dtype(spec)
    try:
        return to_array(values, kind)
    except StatusError as exc:
        trouble = exc
    # The values are invalid: find out which row is.
    first = shape_of(values[0])
    for place, value in enumerate(values):
        try:
            array = to_array(value, kind)
        except StatusError as exc:
            raise _in_row(place, key, exc) from exc
        if array.shape != first:
            raise _in_row(place, key, _unequal(first, array)) from trouble
    raise trouble


def _unequal(first: tuple[int, ...], array: Array) -> StatusError:
    size = int(np.prod(first, dtype=np.int64))
    if array.size != size:
        return invalid(f"Expecting tensor size: {size} but got: {array.size}")
    sides, found = (",".join(map(str, shape)) for shape in (first, array.shape))
    return invalid(f"Expecting shape [{sides}] but got: [{found}]")


def _in_row(place: int, key: str, inner: StatusError) -> StatusError:
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
        (spec,) = signature.inputs.values()
        return {spec.name: to_array(inputs, _dtype(spec))}
    feeds = {}
    for alias, spec in signature.inputs.items():
        if alias not in inputs:
            raise invalid(f"Missing named input: {alias} in 'inputs' object.")
        feeds[alias] = to_array(inputs[alias], _dtype(spec))
    return feeds


def _check_inputs(signature: Signature) -> None:
    if not signature.inputs:
        raise invalid(f"Failed to get input map for signature: {signature.name}")


def _dtype(spec: TensorSpec) -> Dtype:
    kind = DTYPES.get(spec.dtype)
    if kind is None:
        msg = f"Conversion of JSON Value to type: {spec.word}"
        raise StatusError("UNIMPLEMENTED", msg)
    return kind


# -- Out -------------------------------------------------------------------------------


def _rows(specs: Sequence[TensorSpec], arrays: Sequence[Array]) -> str:
    for spec, array in zip(specs, arrays, strict=True):
        if array.ndim == 0:
            msg = f"Tensor name: {spec.name} has no shape information"
            raise invalid(msg)
        if len(array) != len(arrays[0]):
            msg = (
                f"Tensor name: {spec.name} has inconsistent batch size: {len(array)} "
                f"expecting: {len(arrays[0])}"
            )
            raise invalid(msg)
    columns = [
        rows_of(array, _output(spec), spec.name)
        for spec, array in zip(specs, arrays, strict=True)
    ]
    if len(columns) == 1:
        rows = columns[0]
    else:
        names = [string(spec.name) for spec in specs]
        rows = [_object(names, row) for row in zip(*columns, strict=True)]
    return '{\n    "predictions": [' + ", ".join(rows) + "\n    ]\n}"


def _columns(specs: Sequence[TensorSpec], arrays: Sequence[Array]) -> str:
    texts = [
        text_of(array, _output(spec), spec.name)
        for spec, array in zip(specs, arrays, strict=True)
    ]
    names = [string(spec.name) for spec in specs]
    outputs = texts[0] if len(texts) == 1 else _object(names, texts)
    return '{\n    "outputs": ' + outputs + "\n}"


def _object(names: Sequence[str], texts: Sequence[str]) -> str:
    members = (f"{name}: {text}" for name, text in zip(names, texts, strict=True))
    return "{" + ", ".join(members) + "}"


def _output(spec: TensorSpec) -> Dtype:
    kind = DTYPES.get(spec.dtype)
    if kind is None:
        raise invalid(f"Failed to write JSON value for tensor type: {spec.word}")
    return kind
