"""Splits a serialised message into its fields, accounting for every byte."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_VARINT, _LENGTH = 0, 2
_WIRE_TYPES = {_VARINT: "varint", 1: "64 bit", _LENGTH: "length", 5: "32 bit"}
_SIZES = {1: 8, 5: 4}
_PREVIEW = 40
"""Longest value to show in full, in bytes."""

_FIXED = {FieldDescriptor.TYPE_FLOAT: "<f", FieldDescriptor.TYPE_DOUBLE: "<d"}
"""Field types in ``protos/`` that have a fixed size, with their `struct` format."""


@dataclass(frozen=True)
class Part:
    """One field, or the head of a nested message."""

    offset: int
    """Position of its first byte, counted from 0."""

    depth: int
    """Number of messages that enclose it."""

    number: int
    """The field's number."""

    name: str
    """The field's name; ``?`` if ``protos/`` does not know the number."""

    wire_type: str
    """``varint``, ``32 bit``, ``64 bit`` or ``length`` (a length, then the bytes)."""

    value: str
    """The value as text; empty for a nested message, whose parts follow."""

    data: bytes
    """Its bytes: tag and value; for a nested message only tag and length."""


def annotate(
    data: bytes, kind: Descriptor, *, offset: int = 0, depth: int = 0
) -> Iterator[Part]:
    """Yield the parts of `data`, a serialised message of `kind`, in their order.

    Parameters
    ----------
    data : bytes
        The serialised message.
    kind : Descriptor
        The type of the message.
    offset, depth : int
        Position and nesting depth in a larger message.

    Raises
    ------
    IndexError
        The bytes end within a field.
    """
    at = 0
    while at < len(data):
        tag, after = read_varint(data, at)
        if tag & 7 not in _WIRE_TYPES:  # a group, which no current message uses
            rest = data[at:]
            value = f"{len(rest)} bytes that protos/ does not name"
            yield Part(offset + at, depth, tag >> 3, "?", "group", value, rest)
            return
        field = _field(kind, tag)
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
            yield from annotate(payload, inside, offset=offset + body, depth=depth + 1)
        at = end


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at byte `at`, and the position after it.

    Parameters
    ----------
    data : bytes
        A serialised message.
    at : int
        The position in `data` of the number's first byte; 0 is the first of all.
    """
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _field(kind: Descriptor, tag: int) -> FieldDescriptor | None:
    """Return the field with the number in `tag`, if its wire type matches too."""
    field = kind.fields_by_number.get(tag >> 3)
    if field is None:
        return None
    alone = {FieldDescriptor.TYPE_FLOAT: 5, FieldDescriptor.TYPE_DOUBLE: 1}
    whole = (
        FieldDescriptor.TYPE_STRING,
        FieldDescriptor.TYPE_BYTES,
        FieldDescriptor.TYPE_MESSAGE,
    )
    allowed = {_LENGTH}
    if field.type not in whole:
        allowed.add(alone.get(field.type, _VARINT))
    return field if tag & 7 in allowed else None


def _payload(data: bytes, at: int, wire: int) -> tuple[bytes, int]:
    """Return a field's value without its head, and the value's position."""
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
