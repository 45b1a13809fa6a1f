"""Arrays to `TensorProto` and back, in both of its encodings."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import AnswerError, OptionError
from digits_widget.serving.dtypes import (
    DTYPES,
    Dtype,
    dtype_of_array,
    dtype_of_number,
    name_of_number,
)
from digits_widget.serving.messages import Proto, TensorProto

Packing = Literal["content", "values"]
"""``content``: the bytes as they lie in memory; ``values``: the typed list."""

_MOST_ELEMENTS = 1 << 27
"""A tensor that claims more elements is not believed: its list may be one value long,
and the memory for the rest would be ours."""


def to_tensor_proto(
    array: ArrayLike, *, dtype: str | None = None, packing: Packing = "content"
) -> Proto:
    """Return `array` as a `TensorProto`.

    Parameters
    ----------
    array : array_like
        Any shape; numbers, bool, text or bytes.
    dtype : str, optional
        The element type on the wire, such as ``DT_BFLOAT16``. Default: the array's own.
    packing : {"content", "values"}
        How the elements are written. Text always goes as values.

    Raises
    ------
    OptionError
        No tensor has elements like these, or the cast would change their kind.
    """
    proto = TensorProto()
    write_tensor(proto, array, dtype=dtype, packing=packing)
    return proto


def write_tensor(
    proto: Proto,
    array: ArrayLike,
    *,
    dtype: str | None = None,
    packing: Packing = "content",
) -> None:
    """Write `array` into an empty `TensorProto`, as `to_tensor_proto` would.

    Inside a request this saves copying the whole tensor once more.
    """
    given = np.asarray(array)
    kind = DTYPES[dtype] if dtype is not None else dtype_of_array(given)
    stored = _stored(given, kind)
    proto.dtype = kind.number
    shape = proto.tensor_shape
    shape.SetInParent()  # a scalar has a shape too: one without dimensions
    for size in stored.shape:
        shape.dim.add().size = size
    if kind.stored is None:
        proto.string_val.extend(_as_bytes(item) for item in stored.flat)
    elif packing == "content":
        proto.tensor_content = stored.tobytes()
    else:
        _write_values(proto, kind, stored)


def from_tensor_proto(proto: Proto) -> NDArray[np.generic]:
    """Return the array that `proto` describes, read-only.

    Reads both encodings. As TensorFlow does, a typed list that is too short repeats its
    last value, and an empty one means zeros. Text comes as an object array of bytes,
    bfloat16 and one-byte floats as float32.

    Raises
    ------
    AnswerError
        The tensor contradicts itself, or its type cannot travel.
    """
    kind = dtype_of_number(proto.dtype)
    if kind is None:
        what = f"elements of type {name_of_number(proto.dtype)}"
        raise _unreadable(what)
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count > _MOST_ELEMENTS or len(shape) > 32:
        what = f"a tensor of shape {shape}"
        raise _unreadable(what)
    if proto.tensor_content and count:
        flat = _read_content(proto.tensor_content, kind, count)
    else:
        flat = _fill(_read_values(proto, kind), count)
    if kind.small is not None:
        flat = kind.small.decode(flat)
    array = flat.reshape(shape)
    array.flags.writeable = False
    return array


def _stored(given: NDArray[np.generic], kind: Dtype) -> NDArray[np.generic]:
    """Return the elements as they lie on the wire."""
    if kind.stored is None:
        return given
    if kind.small is not None:
        if given.dtype.name == kind.short:  # ml_dtypes has the very same bits
            return given.view(kind.stored)
        return kind.small.encode(given)
    if given.dtype == kind.stored and given.flags.c_contiguous:
        return given
    if given.dtype.kind in "SUO" or not np.can_cast(
        given.dtype, kind.stored, casting="same_kind"
    ):
        msg = (
            f"Got an array of {given.dtype}, expected {kind.short}. Casting would "
            f"change what the numbers are: use .astype({kind.short!r}) if you mean it."
        )
        raise OptionError(msg)
    return np.ascontiguousarray(given, dtype=kind.stored).reshape(given.shape)


def _write_values(proto: Proto, kind: Dtype, stored: NDArray[np.generic]) -> None:
    flat = stored.reshape(-1)
    if kind.field == "float8_val":
        proto.float8_val = flat.tobytes()
        return
    if kind.field == "half_val":
        flat = flat.view("<u2")
    elif kind.stored is not None and kind.stored.kind == "c":
        flat = flat.view(f"<f{kind.stored.itemsize // 2}")
    getattr(proto, kind.field).extend(flat.tolist())


def _read_values(proto: Proto, kind: Dtype) -> NDArray[np.generic]:
    """Return the typed list as a flat array, of whatever length it has."""
    values = getattr(proto, kind.field)
    if kind.stored is None:
        texts = np.empty(len(values), dtype=object)
        texts[:] = list(values)
        return texts
    if kind.field == "float8_val":
        return np.frombuffer(values, kind.stored)
    if kind.field == "half_val":
        bits = np.fromiter(values, np.int64, len(values)).astype("<u2")
        return bits.view(kind.stored)
    if kind.stored.kind == "c":
        part = np.dtype(f"<f{kind.stored.itemsize // 2}")
        pairs = np.fromiter(values, part, len(values))[: len(values) // 2 * 2]
        return pairs.view(kind.stored)
    if kind.field == "int_val":
        # 300 in a list of bytes wraps to 44, as it does in the server.
        return np.fromiter(values, np.int32, len(values)).astype(kind.stored)
    return np.fromiter(values, kind.stored, len(values))


def _fill(values: NDArray[np.generic], count: int) -> NDArray[np.generic]:
    """Return exactly `count` of `values`: cut, or with the last one repeated."""
    if len(values) >= count:
        return values[:count]
    if len(values) == 0:
        blank = b"" if values.dtype == object else 0
        values = np.full(1, blank, dtype=values.dtype)
    if len(values) == 1:
        # A view: however large the tensor claims to be, it costs one element.
        return np.broadcast_to(values, (count,))
    return np.concatenate(
        [values, np.broadcast_to(values[-1:], (count - len(values),))]
    )


def _read_content(content: bytes, kind: Dtype, count: int) -> NDArray[np.generic]:
    if kind.stored is None:
        return _read_text(content, count)
    if len(content) != count * kind.stored.itemsize:
        what = f"{len(content)} bytes for {count} elements of {kind}"
        raise _unreadable(what)
    return np.frombuffer(content, kind.stored)


def _read_text(content: bytes, count: int) -> NDArray[np.generic]:
    """Read what stands for texts in bytes: all lengths first, as varints."""
    lengths, at = [], 0
    for _ in range(min(count, len(content))):
        length, shift = 0, 0
        while at < len(content) and content[at] & 0x80 and shift < 63:
            length |= (content[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
        if at >= len(content):
            break
        lengths.append(length | content[at] << shift)
        at += 1
    if len(lengths) != count or at + sum(lengths) != len(content):
        what = f"{len(content)} bytes that are not {count} texts"
        raise _unreadable(what)
    texts = np.empty(count, dtype=object)
    for index, length in enumerate(lengths):
        texts[index] = content[at : at + length]
        at += length
    return texts


def _as_bytes(item: object) -> bytes:
    if isinstance(item, bytes):
        return item
    if isinstance(item, str):
        return item.encode()
    msg = (
        f"Got {type(item).__name__} in an array of objects, expected str or bytes. "
        "Give numbers as a NumPy array of numbers."
    )
    raise OptionError(msg)


def _unreadable(what: str) -> AnswerError:
    return AnswerError(
        f"Got {what}, expected a tensor of numbers, bool or text whose size fits its "
        "shape. Ask for other outputs, or check what sits between you and the server."
    )
