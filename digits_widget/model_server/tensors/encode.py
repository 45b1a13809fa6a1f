"""Array to ``TensorProto``, in the typed fields that TensorFlow Serving answers in."""

from __future__ import annotations

from typing import Any

import numpy as np
from tensorflow.core.framework import tensor_pb2

from digits_widget.model_server.tensors.element import Element

_FIXED_WIDTH = {
    # Field, and the tag byte of its packed form: number * 8 + 2.
    "float_val": bytes([5 * 8 + 2]),
    "double_val": bytes([6 * 8 + 2]),
    "scomplex_val": bytes([9 * 8 + 2]),
    "dcomplex_val": bytes([12 * 8 + 2]),
    "bool_val": bytes([11 * 8 + 2]),
}
"""Fields whose packed form on the wire is the array's memory, byte for byte."""


def encode(
    array: np.ndarray[Any, Any], element: Element, *, as_content: bool = False
) -> tensor_pb2.TensorProto:
    """Write a tensor for the wire.

    Parameters
    ----------
    array : ndarray
        Any shape, of the type of `element`; strings as an object array of bytes.
    element : Element
        What its values are.
    as_content : bool
        Raw bytes instead of the typed field. Strings stay typed.

    Returns
    -------
    TensorProto
        Shape and type always; every value spelled out.
    """
    proto = tensor_pb2.TensorProto(dtype=element.number)
    # The presence of a shape is what tells a scalar from a tensor without one.
    proto.tensor_shape.SetInParent()
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if not array.size:
        return proto
    if as_content and not element.is_string:
        proto.tensor_content = np.ascontiguousarray(array).tobytes()
        return proto
    _fill(proto, np.ascontiguousarray(array).reshape(-1), element)
    return proto


def _fill(
    proto: tensor_pb2.TensorProto, flat: np.ndarray[Any, Any], element: Element
) -> None:
    tag = _FIXED_WIDTH.get(element.field)
    if tag is not None:
        # Ten times faster than appending numbers one by one.
        raw = flat.tobytes()
        proto.MergeFromString(b"".join((tag, _varint(len(raw)), raw)))
    elif element.field == "float8_val":
        proto.float8_val = flat.tobytes()
    elif element.is_string:
        proto.string_val.extend(map(_as_bytes, flat.tolist()))
    else:
        plain = flat.view(element.bits) if element.bits != element.dtype else flat
        numbers = plain.astype(np.int64) if element.field == "int_val" else plain
        getattr(proto, element.field).extend(numbers.tolist())


def _as_bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)
