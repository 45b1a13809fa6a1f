"""Reads arrays from an npz, a zip archive of npy files, and trusts no header in it.

The reader compares each header with the size of the file before it allocates memory,
and never loads arrays of Python objects, which are pickles.
"""

from __future__ import annotations

import io
import math
import tokenize
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Literal

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from digits_widget.datasets.data_file import MAX_BYTES

UNREADABLE = (
    *(OSError, ValueError, EOFError, RuntimeError, MemoryError, OverflowError),
    *(zipfile.BadZipFile, zlib.error),
)
"""Exceptions of a damaged or hostile npz; NotImplementedError is a RuntimeError."""

_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""NumPy's compression. Other algorithms unpack a byte to far more than deflate."""

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}

_LONGEST_HEADER = 10_000
"""Bytes. NumPy's own limit; a plain array needs about 100."""

_NOT_A_HEADER = (
    *(ValueError, TypeError, KeyError, AttributeError, IndexError, SyntaxError),
    *(RuntimeError, MemoryError, OverflowError, tokenize.TokenError),
)
"""Exceptions of NumPy's reader, which parses the header as Python."""

_KINDS = frozenset("biufUS")
"""NumPy's kinds: bool, integers, floats and text."""


class Npz:
    """An open npz: its arrays by name.

    Raises
    ------
    zipfile.BadZipFile
        The file is not a zip archive.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file)
        self._members = {
            info.filename.removesuffix(".npy"): info
            for info in self._archive.infolist()
            if info.filename.endswith(".npy")
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arrays, in the order of the file."""
        return tuple(self._members)

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        """Read an array.

        Parameters
        ----------
        name : str
            One of `names`.

        Raises
        ------
        ValueError
            The array is damaged, not of numbers or text, or too large.
        OSError, RuntimeError, zipfile.BadZipFile, zlib.error
            The archive is damaged; these come from Python's zipfile.
        """
        info = self._members[name]
        if info.compress_type not in _PACKED or info.file_size > MAX_BYTES:
            msg = f"its {name} is not compressed as by NumPy, or is too large"
            raise ValueError(msg)
        with self._archive.open(info) as member:
            start = io.BytesIO(member.read(_LONGEST_HEADER))
            header = _header(start, name)
            wanted = info.file_size - start.tell()
            if header.size != wanted:
                msg = (
                    f"its {name} has {wanted:,} bytes, its header says {header.size:,}"
                )
                raise ValueError(msg)
            data = start.read() + member.read()
        order: Literal["F", "C"] = "F" if header.is_by_columns else "C"
        return np.ndarray(header.shape, header.dtype, data, order=order)


@dataclass(frozen=True)
class _Header:
    """What an npy file says about its array."""

    shape: tuple[int, ...]
    is_by_columns: bool
    dtype: np.dtype[np.generic]

    @property
    def size(self) -> int:
        """Bytes of the array."""
        return math.prod(self.shape) * self.dtype.itemsize


def _header(file: BinaryIO, name: str) -> _Header:
    """Read the header, up to the first value."""
    try:
        with warnings.catch_warnings():
            # Warnings about files of Python 2, and about odd texts in hostile ones.
            warnings.simplefilter("ignore")
            header = _Header(*_HEADERS[npy.read_magic(file)](file))
    except _NOT_A_HEADER as exc:
        msg = f"the header of its {name} is damaged"
        raise ValueError(msg) from exc
    if header.dtype.kind not in _KINDS or not header.dtype.itemsize:
        msg = f"its {name} is not of numbers or text, but of {header.dtype}"
        raise ValueError(msg)
    return header
