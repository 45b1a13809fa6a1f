"""Writes arrays as JSON text, with numbers in TensorFlow Serving's format."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from digits_widget.model_server.status_error import invalid
from digits_widget.protocol.dtypes import Dtype

Array = np.ndarray[Any, Any]

_INTEGERS = {"int32", "int16", "int8", "uint8", "int64", "uint32", "uint64"}
_DIGITS = {"float": 9, "double": 17}
_BYTES_SUFFIX = "_bytes"


def text_of(array: Array, kind: Dtype, alias: str) -> str:
    """Write a whole tensor: nested lists, or a bare value for a scalar.

    Parameters
    ----------
    array : ndarray
        The tensor.
    kind : Dtype
        The type of its values.
    alias : str
        The output's name, for the error message.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT for a type that JSON does not carry.
    """
    return _nest(_leaves(array, kind, alias), array.shape)[0]


def rows_of(array: Array, kind: Dtype, alias: str) -> list[str]:
    """Write each row of a tensor of rank 1 or more.

    Parameters
    ----------
    array : ndarray
        The tensor.
    kind : Dtype
        The type of its values.
    alias : str
        The output's name, for the error message.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT for a type that JSON does not carry.
    """
    return _nest(_leaves(array, kind, alias), array.shape[1:], len(array))


def string(text: str) -> str:
    """Write a JSON string. Bytes that are not UTF-8 stay unchanged."""
    return json.dumps(text, ensure_ascii=False)


def number(value: float) -> str:
    """Write a single-precision number."""
    return floats(np.array([value], np.float32), 9)[0]


def floats(flat: Array, digits: int) -> list[str]:
    """Write numbers with six digits, or with as many as preserve them exactly.

    Parameters
    ----------
    flat : (n,) ndarray
        Single or double precision.
    digits : int
        Digits that preserve every number: 9 for single precision, 17 for double.
    """
    values = flat.tolist()
    short = [f"{value:.6g}" for value in values]
    with np.errstate(over="ignore"):
        exact = np.array(short, np.float64).astype(flat.dtype) == flat
    return [
        _pointed(text if same else f"{value:.{digits}g}", value)
        for text, same, value in zip(short, exact.tolist(), values, strict=True)
    ]


def _pointed(text: str, value: float) -> str:
    if not math.isfinite(value):
        if math.isnan(value):
            return "NaN"
        return "Infinity" if value > 0 else "-Infinity"
    return text if "." in text or "e" in text else text + ".0"


def _leaves(array: Array, kind: Dtype, alias: str) -> list[str]:
    flat = array.reshape(-1)
    word = kind.word
    if word in _DIGITS:
        return floats(flat, _DIGITS[word])
    if word in _INTEGERS:
        return [str(value) for value in flat.tolist()]
    if word == "bool":
        return ["true" if value else "false" for value in flat.tolist()]
    if word == "string":
        return list(_strings(flat.tolist(), as_b64=alias.endswith(_BYTES_SUFFIX)))
    raise invalid(f"Failed to write JSON value for tensor type: {word}")


def _strings(values: list[bytes], *, as_b64: bool) -> Iterable[str]:
    for value in values:
        if as_b64:
            yield f'{{ "b64": "{base64.b64encode(value).decode()}" }}'
        else:
            yield string(value.decode("utf-8", "surrogateescape"))


def _nest(leaves: list[str], shape: tuple[int, ...], count: int = 1) -> list[str]:
    """Join `leaves` into `count` nested lists of this shape."""
    texts = leaves
    for axis in reversed(range(len(shape))):
        size = shape[axis]
        groups = count * math.prod(shape[:axis])
        texts = [
            "[" + ", ".join(texts[each * size : (each + 1) * size]) + "]"
            for each in range(groups)
        ]
    return texts
