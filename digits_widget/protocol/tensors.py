"""Converts arrays to `TensorProto` and back, in both of its encodings.

As in TensorFlow, raw bytes take priority over typed values, the last typed value is
repeated if there are too few, and surplus values are dropped. In addition, this module
limits the size: a few bytes cannot ask for a huge tensor of repeated values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import AnswerError, OptionError
from digits_widget.protocol.annotate import read_varint
from digits_widget.protocol.dtypes import (
    BY_NUMBER,
    DTYPES,
    Dtype,
    dtype_of_array,
    name_of_number,
)
from digits_widget.protocol.messages import Proto, TensorProto

Packing = Literal["content", "values"]
"""``content``: the raw bytes of the array; ``values``: the typed list."""

_MOST_DIMENSIONS = 64 if int(np.__version__.partition(".")[0]) > 1 else 32
"""NumPy allows no more."""

_MOST_ELEMENTS = 2**59
"""NumPy counts bytes with 63 bits, and an element has up to 16 of them."""

_MOST_FILLED = 64 * 2**20
"""Largest size in bytes of a tensor of repeated values. The omitted elements cost the
sender nothing, but the reader would have to allocate them."""

_MOST_VIEWED = 2**27
"""Most elements of a tensor that is a view of one value."""

_AS_MEMORY = {
    # Field, and the tag byte of its packed form: number * 8 + 2.
    "float_val": bytes([5 * 8 + 2]),
    "double_val": bytes([6 * 8 + 2]),
    "scomplex_val": bytes([9 * 8 + 2]),
    "dcomplex_val": bytes([12 * 8 + 2]),
    "bool_val": bytes([11 * 8 + 2]),
}
"""Fields whose packed form on the wire is the array's memory, byte for byte."""


class TensorError(ValueError):
    """A tensor that cannot be decoded. The message describes it."""


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
        Encoding of the elements. Text always uses values.

    Raises
    ------
    OptionError
        A tensor cannot hold such elements, or the cast would change their kind.
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

    Writing straight into a request saves one copy of the tensor.

    Parameters
    ----------
    proto : TensorProto
        An empty message, such as an input inside a request.
    array, dtype, packing
        As for `to_tensor_proto`.
    """
    given = np.asarray(array)
    kind = DTYPES[dtype] if dtype is not None else dtype_of_array(given)
    stored = _stored(given, kind)
    proto.dtype = kind.number
    shape = proto.tensor_shape
    shape.SetInParent()  # a scalar also has a shape, without dimensions
    for size in stored.shape:
        shape.dim.add().size = size
    if kind.is_string:
        proto.string_val.extend(_as_bytes(item) for item in stored.flat)
    elif packing == "content":
        proto.tensor_content = stored.tobytes()
    else:
        _write_values(proto, kind, stored)


def from_tensor_proto(proto: Proto) -> NDArray[np.generic]:
    """Return the array that a server's answer describes, read-only.

    The function reads as `read_tensor` does. It returns one value for a whole tensor as
    a view, bfloat16 and one-byte floats as float32, and four-bit integers as int8.

    Raises
    ------
    AnswerError
        The tensor contradicts itself, or its type is not supported.
    """
    if proto.tensor_shape.unknown_rank:
        what = "a tensor of unknown rank"
        raise _unreadable(what)
    try:
        array = read_tensor(proto, as_view=True)
    except TensorError as exc:
        raise _unreadable(str(exc)) from exc
    array = _widened(array, BY_NUMBER[proto.dtype].numpy)
    array.flags.writeable = False
    return array


def read_tensor(proto: Proto, *, as_view: bool = False) -> NDArray[np.generic]:
    """Return the array that `proto` describes.

    Parameters
    ----------
    proto : TensorProto
        The tensor, in either encoding.
    as_view : bool
        Whether one value for a whole tensor may come as a view, which takes no memory.

    Returns
    -------
    ndarray
        The array, in the shape and type that `proto` declares; text as an object array
        of bytes. If it shares memory with `proto`, it is read-only.

    Raises
    ------
    TensorError
        The shape is impossible, the type is unknown, the raw bytes have the wrong
        length, or the repeated values exceed the limit.
    """
    kind = BY_NUMBER.get(proto.dtype)
    if kind is None:
        msg = f"elements of type {name_of_number(proto.dtype)}"
        raise TensorError(msg)
    shape = _shape(proto.tensor_shape)
    count = math.prod(shape)
    if proto.tensor_content and count:
        return _read_content(proto.tensor_content, kind, count).reshape(shape)
    values = _fill(_read_values(proto, kind), kind, count, as_view=as_view)
    return values.reshape(shape)


def _stored(given: NDArray[np.generic], kind: Dtype) -> NDArray[np.generic]:
    """Return the elements as the message stores them."""
    if kind.is_string:
        return given
    if given.dtype == kind.stored and given.flags.c_contiguous:
        return given
    if given.dtype.kind in "SUO" or not np.can_cast(
        given.dtype, kind.numpy, casting="same_kind"
    ):
        msg = (
            f"Got an array of {given.dtype}, expected {kind.short}. Casting would "
            f"change what the numbers are: use .astype({kind.short!r}) if you mean it."
        )
        raise OptionError(msg)
    return np.ascontiguousarray(given, dtype=kind.stored).reshape(given.shape)


def _write_values(proto: Proto, kind: Dtype, stored: NDArray[np.generic]) -> None:
    flat = stored.reshape(-1)
    if tag := _AS_MEMORY.get(kind.field):
        # Ten times faster than appending numbers one by one.
        proto.MergeFromString(b"".join((tag, _varint(flat.nbytes), flat.tobytes())))
    elif kind.field == "float8_val":
        proto.float8_val = flat.tobytes()
    elif kind.field == "int_val":
        proto.int_val.extend(flat.astype(np.int32).tolist())
    else:
        getattr(proto, kind.field).extend(flat.view(kind.bits).tolist())


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


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


def _shape(declared: Proto) -> tuple[int, ...]:
    shape = tuple(dim.size for dim in declared.dim)
    # NumPy also limits the other sizes of empty arrays.
    if (
        len(shape) > _MOST_DIMENSIONS
        or min(shape, default=0) < 0
        or math.prod(size or 1 for size in shape) > _MOST_ELEMENTS
    ):
        msg = f"a tensor of shape {_shortened(shape)}"
        raise TensorError(msg)
    return shape


def _shortened(shape: tuple[int, ...]) -> str:
    return str(shape) if len(shape) <= 8 else f"{str(shape[:8])[:-1]}, …)"


def _read_content(content: bytes, kind: Dtype, count: int) -> NDArray[np.generic]:
    if kind.is_string:
        return _texts(_split(content, count))
    if len(content) != count * kind.stored.itemsize:
        msg = f"{len(content)} bytes for {count} elements of {kind}"
        raise TensorError(msg)
    if kind.word == "bool" and np.frombuffer(content, np.uint8).max() > 1:
        msg = "bytes for bool that are neither 0 nor 1"
        raise TensorError(msg)
    if kind.small and kind.numpy == np.int8:
        # Bits above the fourth would create values that the type does not have.
        return np.frombuffer(content, np.int8).astype(kind.stored)
    return np.frombuffer(content, kind.stored)


def _split(content: bytes, count: int) -> list[bytes]:
    """Split raw bytes into texts: first all lengths as varints, then the texts."""
    msg = f"{len(content)} bytes that are not {count} texts"
    lengths, at = [], 0
    try:
        for _ in range(count):
            # A varint has ten bytes at most; an endless one would take too long.
            length, taken = read_varint(content[at : at + 10], 0)
            lengths.append(length)
            at += taken
    except IndexError as exc:
        raise TensorError(msg) from exc
    ends = list(accumulate(lengths, initial=at))
    if ends[-1] != len(content):
        raise TensorError(msg)
    return [content[start:end] for start, end in pairwise(ends)]


def _texts(values: Iterable[bytes]) -> NDArray[np.generic]:
    found = list(values)
    texts = np.empty(len(found), dtype=object)
    texts[:] = found
    return texts


def _read_values(proto: Proto, kind: Dtype) -> NDArray[np.generic]:
    """Return a typed field as a flat array, at its own length."""
    values = getattr(proto, kind.field)
    if kind.is_string:
        return _texts(values)
    if kind.field == "float8_val":
        return np.frombuffer(values, kind.stored)
    if kind.stored.kind == "c":
        parts = np.fromiter(values, kind.stored.char.lower(), len(values))
        return parts[: len(parts) // 2 * 2].view(kind.stored)
    if kind.field in {"int_val", "half_val"}:
        # The field has 32 bits for each value; the surplus bits wrap, as in C.
        wide = np.fromiter(values, np.int32, len(values))
        return wide.astype(kind.bits).view(kind.stored)
    return np.fromiter(values, kind.stored, len(values))


def _fill(
    values: NDArray[np.generic], kind: Dtype, count: int, *, as_view: bool
) -> NDArray[np.generic]:
    """Return exactly `count` values: truncated, or with the last one repeated."""
    if len(values) >= count:
        return values[:count]
    given = len(values)
    if not given:
        values = np.full(1, b"" if kind.is_string else 0, kind.stored)
    if as_view and len(values) == 1 and count <= _MOST_VIEWED:
        return np.broadcast_to(values, (count,))
    # A repeated text shares its bytes in memory, but an answer copies each one.
    size = kind.stored.itemsize + (len(values[-1]) if kind.is_string else 0)
    if count * size > _MOST_FILLED:
        msg = f"{given} values for {count} elements"
        raise TensorError(msg)
    rest = np.broadcast_to(values[-1:], (count - len(values),))
    return np.concatenate([values, rest])


def _widened(
    array: NDArray[np.generic], dtype: np.dtype[np.generic]
) -> NDArray[np.generic]:
    """Return `array` as `dtype`; a view of one value stays one."""
    if array.dtype == dtype:
        return array
    if any(array.strides):
        return array.astype(dtype)
    one = array[(slice(1),) * array.ndim]
    return np.broadcast_to(one.astype(dtype), array.shape)


def _unreadable(what: str) -> AnswerError:
    return AnswerError(
        f"Got {what}, expected a tensor of numbers, bool or text whose size fits its "
        "shape. Ask for other outputs, or check what sits between you and the server."
    )
