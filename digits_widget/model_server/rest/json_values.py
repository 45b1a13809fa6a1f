"""Converts JSON values to arrays, with TensorFlow Serving's rules for each type.

Valid values take a fast path, which flattens a whole level of nested lists at once. For
invalid values a slow path finds the mistake and reports it in TensorFlow Serving's
words.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from digits_widget.model_server.rest.json_reader import quote
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.dtypes import Dtype

Array = np.ndarray[Any, Any]

_INT32 = (-(2**31), 2**31 - 1)
_RANGES = {
    "int32": _INT32,
    "int16": _INT32,
    "int8": _INT32,
    "uint8": _INT32,
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
"""Allowed ranges of integer types. Larger values for 8 and 16 bits wrap, as in
TensorFlow Serving."""

_LEAVES: dict[str, set[type]] = {
    "float": {int, float},
    "double": {int, float},
    "bool": {bool},
    "string": {str, dict},
    **{word: {int} for word in _RANGES},
}
_MAX_RANK = 64


def is_b64(value: object) -> bool:
    """Return whether a value is ``{"b64": "…"}``, which means bytes."""
    return (
        isinstance(value, dict)
        and len(value) == 1
        and isinstance(value.get("b64"), str)
    )


def unpack_b64(value: dict[str, str]) -> bytes:
    """Decode ``{"b64": "…"}``, with or without padding.

    Raises
    ------
    StatusError
        The text is not base64.
    """
    text = value["b64"].rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise invalid("Unable to base64 decode") from exc


def shape_of(value: object) -> tuple[int, ...]:
    """Return the shape of nested lists, along their first elements."""
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return tuple(shape)


def to_array(value: object, kind: Dtype) -> Array:
    """Convert nested lists to an array of this type.

    Parameters
    ----------
    value : JSON value
        Nested lists, or a bare value for a scalar.
    kind : Dtype
        The type of the values.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT for values of another type or lists of unequal size;
        UNIMPLEMENTED for a type that JSON does not carry.
    """
    shape = shape_of(value)
    if len(shape) > _MAX_RANK:
        raise invalid(f"A tensor has at most {_MAX_RANK} dimensions, got {len(shape)}")
    flat = _flatten(value, shape)
    if flat is None:
        raise _misfit(value, shape, 0)
    return _pack(flat, kind).reshape(shape)


def _flatten(value: object, shape: tuple[int, ...]) -> list[Any] | None:
    level: list[Any] = [value]
    for size in shape:
        if set(map(type, level)) != {list} or set(map(len, level)) != {size}:
            return None
        level = list(chain.from_iterable(level))
        if not level:
            break
    return None if list in set(map(type, level)) else level


def _pack(flat: list[Any], kind: Dtype) -> Array:
    accepted = _LEAVES.get(kind.word)
    if accepted is None:
        if not flat:
            return np.empty(0, kind.stored)
        msg = f"Conversion of JSON Value: {quote(flat[0])} to type: {kind.word}"
        raise StatusError("UNIMPLEMENTED", msg)
    if not set(map(type, flat)) <= accepted:
        wrong = next(each for each in flat if type(each) not in accepted)
        raise _wrong_type(wrong, kind)
    if kind.is_string:
        return _strings(flat, kind)
    if kind.word in _RANGES:
        return _integers(flat, kind)
    with np.errstate(over="ignore"):
        return np.array(flat, kind.stored)


def _integers(flat: list[int], kind: Dtype) -> Array:
    low, high = _RANGES[kind.word]
    if flat and not (low <= min(flat) and max(flat) <= high):
        wrong = next(each for each in flat if not low <= each <= high)
        raise _wrong_type(wrong, kind)
    if low == _INT32[0]:
        return np.array(flat, np.int32).astype(kind.stored)
    return np.array(flat, kind.stored)


def _strings(flat: list[Any], kind: Dtype) -> Array:
    array = np.empty(len(flat), object)
    for place, value in enumerate(flat):
        if isinstance(value, str):
            array[place] = value.encode("utf-8", "surrogateescape")
        elif is_b64(value):
            array[place] = unpack_b64(value)
        elif "b64" in value:
            msg = f"JSON Value: {quote(value)} not formatted correctly for base64 data"
            raise invalid(msg)
        else:
            raise _wrong_type(value, kind)
    return array


def json_type(value: object) -> str:
    """Return rapidjson's name for the type of a JSON value."""
    if value is None or isinstance(value, bool):
        return {None: "Null", True: "True", False: "False"}[value]
    if isinstance(value, dict):
        return "Object"
    if isinstance(value, list):
        return "Array"
    return "String" if isinstance(value, str) else "Number"


def _wrong_type(value: object, kind: Dtype) -> StatusError:
    return invalid(
        f"JSON Value: {quote(value)} Type: {json_type(value)} is not of expected "
        f"type: {kind.word}"
    )


def _misfit(value: object, shape: tuple[int, ...], level: int) -> StatusError:
    """Return the error for the first value that does not match the shape."""
    for complaint in _misfits(value, shape, level):
        return invalid(complaint)
    return invalid(f"Expecting shape {list(shape)}")


def _misfits(value: object, shape: tuple[int, ...], level: int) -> Iterator[str]:
    if not isinstance(value, list):
        if level < len(shape):
            yield (
                f"JSON Value: {quote(value)} found at incorrect level: {level} "
                f"expected at level: {len(shape)}"
            )
        return
    if level >= len(shape):
        yield f"Encountered list at unexpected level: {level} expected < {len(shape)}"
        return
    if len(value) != shape[level]:
        yield (
            f"Encountered list at unexpected size: {len(value)} at level: {level} "
            f"expected size: {shape[level]}"
        )
    for each in value:
        yield from _misfits(each, shape, level + 1)
