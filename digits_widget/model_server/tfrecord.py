"""Reads TFRecord files without TensorFlow: lengths, bytes, and checksums of both."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8
_LONGEST = 1 << 30


class RecordError(ValueError):
    """The file is damaged or not a TFRecord file."""


def read_records(path: Path) -> Iterator[bytes]:
    """Yield the records of a file.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    RecordError
        The file is cut off, or a checksum does not match.
    """
    with path.open("rb") as file:
        while head := file.read(_LENGTH.size):
            _check(head, file)
            (length,) = _LENGTH.unpack(head)
            data = file.read(min(length, _LONGEST))
            _check(data, file)
            yield data


def checksum(data: bytes) -> int:
    """Return the masked CRC-32C of `data`, as TFRecord files store it."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + _MASK) & 0xFFFFFFFF


def _check(data: bytes, file: BinaryIO) -> None:
    raw = file.read(_CHECKSUM.size)
    if len(raw) < _CHECKSUM.size:
        msg = "the file is cut off within a record"
        raise RecordError(msg)
    if _CHECKSUM.unpack(raw)[0] != checksum(data):
        msg = "a checksum does not fit its record"
        raise RecordError(msg)


def _row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = [_row(value) for value in range(256)]
