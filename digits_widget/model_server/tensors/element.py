"""What is known about each data type: its name, its NumPy type, its typed field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2


@dataclass(frozen=True)
class Element:
    """One data type of ``tensorflow.DataType``."""

    number: int
    """Its number on the wire, such as 1."""

    word: str
    """TensorFlow's word in error messages, such as ``float``."""

    proto_name: str
    """Its name in JSON, such as ``DT_FLOAT``."""

    dtype: np.dtype[Any]
    """The NumPy type that TensorFlow feeds and fetches it as."""

    field: str
    """The typed field of ``TensorProto`` that carries its values."""

    bits: np.dtype[Any]
    """The plain type that the field's numbers have: that of `dtype`, or its bits."""

    @property
    def is_string(self) -> bool:
        """Whether values are byte strings."""
        return self.word == "string"


_SMALL_INTEGERS = (
    *("INT32", "INT16", "INT8", "UINT8", "UINT16", "INT4", "UINT4"),
    *("QINT8", "QUINT8", "QINT32", "QINT16", "QUINT16"),
)
_FLOAT8 = (
    "FLOAT8_E5M2",
    "FLOAT8_E4M3FN",
    "FLOAT8_E4M3FNUZ",
    "FLOAT8_E4M3B11FNUZ",
    "FLOAT8_E5M2FNUZ",
)

_FIELDS = {
    "FLOAT": "float_val",
    "DOUBLE": "double_val",
    "INT64": "int64_val",
    "UINT32": "uint32_val",
    "UINT64": "uint64_val",
    "BOOL": "bool_val",
    "STRING": "string_val",
    "HALF": "half_val",
    "BFLOAT16": "half_val",
    "COMPLEX64": "scomplex_val",
    "COMPLEX128": "dcomplex_val",
    **dict.fromkeys(_SMALL_INTEGERS, "int_val"),
    **dict.fromkeys(_FLOAT8, "float8_val"),
}

# The bits that the typed field holds, where they are not the value itself.
_BITS = {
    "HALF": "uint16",
    "BFLOAT16": "uint16",
    "QINT8": "int8",
    "QUINT8": "uint8",
    "QINT16": "int16",
    "QUINT16": "uint16",
    "QINT32": "int32",
    **dict.fromkeys(_FLOAT8, "uint8"),
}

_WORDS = {"float32": "float", "float64": "double", "float16": "half"}


def _elements() -> Iterator[Element]:
    for name, field in _FIELDS.items():
        proto_name = f"DT_{name}"
        number = types_pb2.DataType.Value(proto_name)
        known = tf.dtypes.as_dtype(number)
        dtype = np.dtype(known.as_numpy_dtype)
        bits = np.dtype(_BITS.get(name, dtype))
        word = _WORDS.get(known.name, known.name)
        yield Element(number, word, proto_name, dtype, field, bits)


ELEMENTS = {element.number: element for element in _elements()}
"""Every data type that a tensor on the wire may have, by its number."""


def type_word(number: int) -> str:
    """Name a data type as TensorFlow's messages do, also one that is unknown here."""
    element = ELEMENTS.get(number)
    if element is not None:
        return element.word
    try:
        return str(types_pb2.DataType.Name(number)).removeprefix("DT_").lower()
    except ValueError:
        return f"type {number}"
