"""``TensorProto`` to array, with the rules of TensorFlow's own ``Tensor::FromProto``.

Raw bytes win over typed values; typed values that are too few repeat the last one, and
those that are too many are dropped. What this adds are bounds: a small request cannot
ask for a huge tensor of repeated values.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from tensorflow.core.framework import tensor_pb2

from digits_widget.model_server.tensors.element import ELEMENTS, Element

MAX_RANK = 254
MAX_FILLED_BYTES = 64 * 2**20
"""Largest tensor that is made by repeating values: 20 bytes may ask for no more."""


class TensorError(ValueError):
    """A tensor on the wire that does not decode."""


def decode(proto: tensor_pb2.TensorProto) -> np.ndarray[Any, Any]:
    """Read a tensor off the wire.

    Parameters
    ----------
    proto : TensorProto
        In either encoding.

    Returns
    -------
    ndarray
        Of the shape and type that `proto` declares; strings as an object array of
        bytes. It may share memory with `proto`, and is then read-only.

    Raises
    ------
    TensorError
        An impossible shape, an unknown type, raw bytes of the wrong length, or few
        values asking for a tensor above `MAX_FILLED_BYTES`.
    """
    element = ELEMENTS.get(proto.dtype)
    if element is None:
        msg = f"a tensor cannot have data type {proto.dtype}"
        raise TensorError(msg)
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    count = _count(shape)
    if count == 0:
        values = np.empty(0, element.dtype)
    elif proto.tensor_content:
        values = _from_bytes(element, proto.tensor_content, count)
    else:
        values = _from_field(element, getattr(proto, element.field), count)
    try:
        return values.reshape(shape)
    except ValueError as exc:
        # NumPy has 64 dimensions at most, and counts an empty array's other sides.
        raise TensorError(str(exc)) from exc


def _count(shape: tuple[int, ...]) -> int:
    if len(shape) > MAX_RANK or min(shape, default=0) < 0:
        msg = f"no tensor has {len(shape)} dimensions, the least of {min(shape)}"
        raise TensorError(msg)
    count = math.prod(shape)
    if count >= 2**63:
        msg = "a tensor of more than 2**63 elements"
        raise TensorError(msg)
    return count


def _from_bytes(element: Element, content: bytes, count: int) -> np.ndarray[Any, Any]:
    if element.is_string:
        return _strings(_split(content, count))
    if len(content) != count * element.dtype.itemsize:
        msg = f"{len(content)} bytes for {count} of {element.word}"
        raise TensorError(msg)
    if element.dtype == np.bool_ and np.frombuffer(content, np.uint8).max() > 1:
        msg = "a boolean byte that is neither 0 nor 1"
        raise TensorError(msg)
    if element.word in {"int4", "uint4"}:
        # Bits above the fourth would make values that the type does not have.
        raw = np.frombuffer(content, np.int8)
        return raw.astype(element.dtype)
    return np.frombuffer(content, element.dtype)


def _split(content: bytes, count: int) -> list[bytes]:
    """Cut strings out of raw bytes: all lengths as varints, then the bytes."""
    if count > len(content):
        msg = f"{len(content)} bytes for {count} strings"
        raise TensorError(msg)
    at = 0
    lengths = []
    for _ in range(count):
        length, at = _varint(content, at)
        lengths.append(length)
    if at + sum(lengths) != len(content):
        msg = f"{len(content)} bytes for strings that take {at + sum(lengths)}"
        raise TensorError(msg)
    strings = []
    for length in lengths:
        strings.append(content[at : at + length])
        at += length
    return strings


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(content) and shift < 64:
        byte = content[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    msg = "the length of a string is cut off"
    raise TensorError(msg)


def _strings(strings: list[bytes]) -> np.ndarray[Any, Any]:
    values = np.empty(len(strings), object)
    values[:] = strings
    return values


def _from_field(element: Element, field: Any, count: int) -> np.ndarray[Any, Any]:
    given = _given(element, field)
    if given.size >= count:
        return given[:count]
    repeated = given[-1] if given.size else _nothing(element)
    # A string in memory is its bytes; on its way out each repetition is a copy.
    size = element.dtype.itemsize + (len(repeated) if element.is_string else 0)
    if count * size > MAX_FILLED_BYTES:
        msg = f"{given.size} values for a tensor of {count}"
        raise TensorError(msg)
    values = np.empty(count, element.dtype)
    values[: given.size] = given
    values[given.size :] = repeated
    return values


def _nothing(element: Element) -> Any:
    return b"" if element.is_string else np.zeros((), element.dtype)[()]


def _given(element: Element, field: Any) -> np.ndarray[Any, Any]:
    if element.is_string:
        return _strings(list(field))
    if element.field == "float8_val":
        return np.frombuffer(field, element.bits).view(element.dtype)
    if element.dtype.kind == "c":
        parts = np.fromiter(field, element.dtype.char.lower(), len(field))
        return parts[: len(parts) // 2 * 2].view(element.dtype)
    if element.field in {"int_val", "half_val"}:
        # The wire has 32 bits for these; the surplus ones wrap, as in C.
        wide = np.fromiter(field, np.int32, len(field))
        narrow = wide.astype(element.bits)
        return narrow.view(element.dtype) if _is_view(element) else narrow
    return np.fromiter(field, element.dtype, len(field))


def _is_view(element: Element) -> bool:
    return element.bits != element.dtype
