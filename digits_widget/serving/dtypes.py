"""The element types of tensors: names, NumPy twins, and where their values travel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import OptionError
from digits_widget.serving.messages import DATA_TYPES
from digits_widget.serving.small_floats import SMALL_FLOATS, SmallFloat


@dataclass(frozen=True)
class Dtype:
    """One element type that can travel."""

    name: str
    """As the protocol has it, such as ``DT_FLOAT``."""

    field: str
    """The list of `TensorProto` that holds such values, such as ``float_val``."""

    stored: np.dtype[np.generic] | None
    """How one element lies in ``tensor_content``, little-endian; None for strings."""

    small: SmallFloat | None = None
    """How to read the bits, for floats that NumPy does not have; else None."""

    @cached_property
    def number(self) -> int:
        """The number that stands in the message."""
        return int(DATA_TYPES.values_by_name[self.name].number)

    @property
    def numpy(self) -> np.dtype[np.generic]:
        """What a reader gets: float32 for small floats, object (bytes) for strings."""
        if self.small is not None:
            return np.dtype(np.float32)
        return np.dtype(object) if self.stored is None else self.stored

    @property
    def short(self) -> str:
        """The everyday name: ``float32``, ``string``, ``bfloat16``."""
        if self.stored is None or self.small is not None or "DT_Q" in self.name:
            return self.name.removeprefix("DT_").lower()
        return self.stored.name

    def __str__(self) -> str:
        return self.short


def _table() -> dict[str, Dtype]:
    lists = {
        "float_val": {"FLOAT": "<f4"},
        "double_val": {"DOUBLE": "<f8"},
        "int_val": {
            "INT32": "<i4", "UINT8": "u1", "INT16": "<i2", "INT8": "i1",
            "UINT16": "<u2", "QINT8": "i1", "QUINT8": "u1", "QINT32": "<i4",
            "QINT16": "<i2", "QUINT16": "<u2",
        },
        "scomplex_val": {"COMPLEX64": "<c8"},
        "dcomplex_val": {"COMPLEX128": "<c16"},
        "int64_val": {"INT64": "<i8"},
        "uint32_val": {"UINT32": "<u4"},
        "uint64_val": {"UINT64": "<u8"},
        "bool_val": {"BOOL": "?"},
        "half_val": {"HALF": "<f2"},
    }  # fmt: skip
    rows = [
        Dtype(f"DT_{name}", field, np.dtype(code))
        for field, names in lists.items()
        for name, code in names.items()
    ]
    rows.append(Dtype("DT_STRING", "string_val", None))
    for name, small in SMALL_FLOATS.items():
        field = "half_val" if small.bits == 16 else "float8_val"
        rows.append(Dtype(f"DT_{name}", field, small.stored, small))
    return {row.name: row for row in rows}


DTYPES = _table()
"""Every type that can travel, by its name in the protocol."""

_BY_NUMBER = {row.number: row for row in DTYPES.values()}
_BY_NUMPY = {
    row.stored: row
    for row in reversed(DTYPES.values())
    if row.stored is not None and row.small is None and "DT_Q" not in row.name
}


def dtype_of_number(number: int) -> Dtype | None:
    """Return the type with this number in a message; None if it cannot travel."""
    return _BY_NUMBER.get(number)


def name_of_number(number: int) -> str:
    """Return the protocol's name of a number, also of one that cannot travel."""
    value = DATA_TYPES.values_by_number.get(number)
    return f"DT_{number}" if value is None else str(value.name)


def dtype_of_array(array: NDArray[np.generic]) -> Dtype:
    """Return the type that fits `array` as it is.

    Raises
    ------
    OptionError
        No tensor has elements like these, such as dates.
    """
    if found := _BY_NUMPY.get(array.dtype):
        return found
    if array.dtype.kind in "SUO":
        return DTYPES["DT_STRING"]
    # What ml_dtypes adds to NumPy, such as bfloat16, is known by its name alone.
    by_name = DTYPES.get(f"DT_{array.dtype.name.upper()}")
    found = by_name or _BY_NUMPY.get(array.dtype.newbyteorder("<"))
    if found is None:
        msg = (
            f"Got an array of {array.dtype}, expected numbers, bool or text. "
            "Convert it first, for example with .astype('float32')."
        )
        raise OptionError(msg)
    return found
