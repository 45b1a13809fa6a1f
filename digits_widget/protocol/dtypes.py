"""The element types of tensors: their names, NumPy types and message fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import OptionError
from digits_widget.protocol.messages import DATA_TYPES

REFERENCES = 100
"""Reference types of TensorFlow 1 have the number of their plain type plus this."""

_BITS = {"half_val": "<u2", "float8_val": "u1"}
"""The fields that hold a number's bits instead of the number."""


@dataclass(frozen=True)
class Dtype:
    """One element type that a message can carry."""

    name: str
    """Its name in the protocol, such as ``DT_FLOAT``."""

    stored: np.dtype[np.generic]
    """Little-endian layout of an element in ``tensor_content``; object for text."""

    field: str
    """The field of `TensorProto` that lists such values, such as ``float_val``."""

    @cached_property
    def number(self) -> int:
        """Its number in a message."""
        return int(DATA_TYPES.values_by_name[self.name].number)

    @cached_property
    def word(self) -> str:
        """TensorFlow's word in error messages, such as ``float``."""
        return _word(self.name)

    @property
    def is_string(self) -> bool:
        """Whether values are byte strings."""
        return self.field == "string_val"

    @cached_property
    def small(self) -> bool:
        """Whether NumPy itself does not have these numbers."""
        return hasattr(ml_dtypes, self.stored.name)

    @cached_property
    def bits(self) -> np.dtype[np.generic]:
        """The type of the numbers in `field`, where that holds bits: else `stored`."""
        return np.dtype(_BITS.get(self.field, self.stored))

    @cached_property
    def numpy(self) -> np.dtype[np.generic]:
        """NumPy type of decoded values: a wider one where NumPy has no such type."""
        if not self.small:
            return self.stored
        return np.dtype(np.int8 if "int4" in self.word else np.float32)

    @property
    def short(self) -> str:
        """The everyday name: ``float32``, ``string``, ``bfloat16``."""
        return _NUMPY_NAMES.get(self.word, self.word)

    def __str__(self) -> str:
        return self.short


def _word(name: str) -> str:
    return name.removeprefix("DT_").lower()


_FIELDS = {
    "float_val": ("FLOAT",),
    "double_val": ("DOUBLE",),
    "int_val": (
        *("INT32", "UINT8", "INT16", "INT8", "UINT16", "INT4", "UINT4"),
        *("QINT8", "QUINT8", "QINT32", "QINT16", "QUINT16"),
    ),
    "scomplex_val": ("COMPLEX64",),
    "dcomplex_val": ("COMPLEX128",),
    "int64_val": ("INT64",),
    "uint32_val": ("UINT32",),
    "uint64_val": ("UINT64",),
    "bool_val": ("BOOL",),
    "string_val": ("STRING",),
    "half_val": ("HALF", "BFLOAT16"),
    "float8_val": (
        *("FLOAT8_E5M2", "FLOAT8_E4M3FN", "FLOAT8_E4M3FNUZ"),
        *("FLOAT8_E4M3B11FNUZ", "FLOAT8_E5M2FNUZ"),
    ),
}

_NUMPY_NAMES = {"float": "float32", "double": "float64", "half": "float16"}
"""NumPy's names, where they differ."""


def _stored(word: str) -> np.dtype[np.generic]:
    if word == "string":
        return np.dtype(object)
    # A message stores quantised numbers as plain integers.
    name = _NUMPY_NAMES.get(word, word.removeprefix("q"))
    return np.dtype(getattr(ml_dtypes, name, name)).newbyteorder("<")


DTYPES = {
    f"DT_{name}": Dtype(f"DT_{name}", _stored(name.lower()), field)
    for field, names in _FIELDS.items()
    for name in names
}
"""Every element type that a message can carry, by its name in the protocol."""

BY_NUMBER = {kind.number: kind for kind in DTYPES.values()}
"""The same by its number in a message."""

_BY_NUMPY = {
    kind.stored: kind
    for kind in DTYPES.values()
    if not kind.is_string and not kind.word.startswith("q")
}


def name_of_number(number: int) -> str:
    """Return the protocol's name for a number, even if a message cannot carry it."""
    if value := DATA_TYPES.values_by_number.get(number):
        return str(value.name)
    if value := DATA_TYPES.values_by_number.get(number - REFERENCES):
        return f"{value.name}_REF"
    return f"DT_{number}"


def type_word(number: int) -> str:
    """Return TensorFlow's word for a data type, even for an unsupported one."""
    word = _word(name_of_number(number))
    return f"type {word}" if word.isdecimal() else word


def dtype_of_array(array: NDArray[np.generic]) -> Dtype:
    """Return the element type of `array`, without a cast.

    Raises
    ------
    OptionError
        A tensor cannot hold such elements, for example dates.
    """
    if found := _BY_NUMPY.get(array.dtype):
        return found
    if array.dtype.kind in "SUO":
        return DTYPES["DT_STRING"]
    found = _BY_NUMPY.get(array.dtype.newbyteorder("<"))
    if found is None:
        msg = (
            f"Got an array of {array.dtype}, expected numbers, bool or text. "
            "Convert it first, for example with .astype('float32')."
        )
        raise OptionError(msg)
    return found
