"""Takes a serialised message apart, field by field, without losing a byte."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_VARINT, _LENGTH = 0, 2
_WIRE_TYPES = {_VARINT: "varint", 1: "64 bit", _LENGTH: "length", 5: "32 bit"}
_SIZES = {1: 8, 5: 4}
_PREVIEW = 40
"""Bytes of a long value that are shown."""

_FIXED = {FieldDescriptor.TYPE_FLOAT: "<f", FieldDescriptor.TYPE_DOUBLE: "<d"}
"""Types that always take the same number of bytes, of those in ``protos/``."""


@dataclass(frozen=True)
class Part:
    """One field, or the head of a message inside."""

    offset: int
    """Where its bytes begin, counted from 0."""

    depth: int
    """How many messages it is inside of."""

    number: int
    """The field's number."""

    name: str
    """The field's name; ``?`` if ``protos/`` does not know the number."""

    wire_type: str
    """``varint``, ``32 bit``, ``64 bit`` or ``length`` (a length, then so many)."""

    value: str
    """What it says; empty for a message, whose parts follow."""

    data: bytes
    """Its bytes: tag and value; for a message only tag and length."""


def dissect(
    data: bytes, kind: Descriptor, *, offset: int = 0, depth: int = 0
) -> Iterator[Part]:
    """Yield the parts of `data`, a serialised message of `kind`, in their order.

    Parameters
    ----------
    data : bytes
        What travels.
    kind : Descriptor
        The message that it is.
    offset, depth : int
        Where it stands in a larger message.

    Raises
    ------
    IndexError
        The bytes end within a field.
    KeyError
        A wire type that no message of today uses.
    """
    at = 0
    while at < len(data):
        tag, after = read_varint(data, at)
        field = kind.fields_by_number.get(tag >> 3)
        payload, body = _payload(data, after, tag & 7)
        inside = tag & 7 == _LENGTH and field is not None and field.message_type
        end = body + len(payload)
        yield Part(
            offset + at,
            depth,
            tag >> 3,
            "?" if field is None else field.name,
            _WIRE_TYPES[tag & 7],
            "" if inside else _value(field, tag & 7, payload),
            data[at : body if inside else end],
        )
        if inside:
            yield from dissect(payload, inside, offset=offset + body, depth=depth + 1)
        at = end


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at byte `at`, and where it ends."""
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _payload(data: bytes, at: int, wire: int) -> tuple[bytes, int]:
    """Return a field's value without its head, and where it begins."""
    if wire == _LENGTH:
        size, at = read_varint(data, at)
    elif wire == _VARINT:
        size = read_varint(data, at)[1] - at
    else:
        size = _SIZES[wire]
    if at + size > len(data):
        raise IndexError(at + size)
    return data[at : at + size], at


def _value(field: FieldDescriptor | None, wire: int, payload: bytes) -> str:
    if field is None:
        return f"{len(payload)} bytes that protos/ does not name"
    if wire != _LENGTH:
        return _number(field, payload)
    if field.type == FieldDescriptor.TYPE_STRING:
        return repr(payload.decode("utf-8", "replace"))
    if field.type == FieldDescriptor.TYPE_BYTES:
        rest = f"... {len(payload)} bytes" if len(payload) > _PREVIEW else ""
        return repr(payload[:_PREVIEW]) + rest
    return _packed(field, payload)


def _packed(field: FieldDescriptor, payload: bytes) -> str:
    numbers, at = [], 0
    while at < len(payload):
        if field.type in _FIXED:
            end = at + struct.calcsize(_FIXED[field.type])
        else:
            _, end = read_varint(payload, at)
        numbers.append(_number(field, payload[at:end]))
        at = end
    shown = ", ".join(numbers[:8]) + (", ..." if len(numbers) > 8 else "")
    return f"[{shown}] ({len(numbers)} packed)"


def _number(field: FieldDescriptor, payload: bytes) -> str:
    if field.type in _FIXED:
        return f"{struct.unpack(_FIXED[field.type], payload)[0]:.7g}"
    value, _ = read_varint(payload, 0)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return str(bool(value)).lower()
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return f"{known.name} ({value})" if known else str(value)
    signed = field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64)
    return str(value - (1 << 64) if signed and value >> 63 else value)
