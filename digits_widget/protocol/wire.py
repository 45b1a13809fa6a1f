"""`Wire`: a serialised message with an explanation of every byte."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

from google.protobuf import text_format

from digits_widget.protocol.annotate import Part, annotate
from digits_widget.protocol.messages import POOL, Proto, message_class

_HEX_BYTES = 12
"""Bytes of each part that the table prints."""


@dataclass(frozen=True)
class Wire:
    """One serialised message. Print it to see the meaning of each byte."""

    name: str
    """The message's full name, such as ``tensorflow.serving.PredictRequest``."""

    data: bytes
    """The serialised bytes."""

    @cached_property
    def message(self) -> Proto:
        """The message, parsed."""
        return message_class(self.name).FromString(self.data)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every field, in byte order; together their bytes are `data`."""
        return tuple(annotate(self.data, POOL.FindMessageTypeByName(self.name)))

    @property
    def text(self) -> str:
        """The message in protobuf's text form."""
        return str(text_format.MessageToString(self.message))

    def __len__(self) -> int:
        return len(self.data)

    def __str__(self) -> str:
        head = f"{self.name}, {len(self.data)} bytes"
        titles = f"{'offset':>6}  {'bytes':<{_WIDTH}} {'number':>6}  field"
        return "\n".join([head, titles, *map(_line, self.parts)])

    def __repr__(self) -> str:
        return f"<Wire {self.name.rpartition('.')[2]}, {len(self.data)} bytes>"

    def _repr_html_(self) -> str:
        left = " style='text-align:left'"
        sides = {"offset": "", "bytes": left, "number": "", "field": left}
        titles = "".join(f"<th{side}>{title}</th>" for title, side in sides.items())
        rows = "".join(map(_row, self.parts))
        caption = escape(f"{self.name}, {len(self.data)} bytes")
        return f"<table><caption>{caption}</caption><tr>{titles}</tr>{rows}</table>"


_WIDTH = 3 * _HEX_BYTES + 2


def _line(part: Part) -> str:
    field = "  " * part.depth + f"{part.name} ({part.wire_type})"
    value = f" = {part.value}" if part.value else ""
    hexed = f"{_hex(part.data):<{_WIDTH}}"
    return f"{part.offset:>6}  {hexed} {part.number:>6}  {field}{value}"


def _row(part: Part) -> str:
    value = f" = {escape(part.value)}" if part.value else ""
    left = "text-align:left"
    return (
        f"<tr><td>{part.offset}</td>"
        f"<td style='{left}'><code style='white-space:nowrap'>"
        f"{_hex(part.data)}</code></td>"
        f"<td>{part.number}</td>"
        f"<td style='{left};padding-left:{part.depth + 0.5}em;"
        "overflow-wrap:anywhere'>"
        f"{escape(part.name)} <i>{part.wire_type}</i>{value}</td></tr>"
    )


def _hex(data: bytes) -> str:
    rest = " …" if len(data) > _HEX_BYTES else ""
    return data[:_HEX_BYTES].hex(" ") + rest
