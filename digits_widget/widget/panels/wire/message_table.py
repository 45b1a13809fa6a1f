"""A message as a table: every byte of it, and its meaning."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from digits_widget.widget.predictors import Part, Wire

LONG = 400
"""Bytes from which the table folds a value; only an image has so many."""

_HEX_BYTES = 8
"""Bytes of a field that the table spells out."""

_HEAD = "".join(
    f'<th scope="col">{title}</th>'
    for title in ("Offset", "Bytes", "No.", "Field", "Kind", "Value")
)


def table(wire: Wire, numbers: NDArray[np.generic] | None) -> str:
    """Return every field of a message as one row.

    Parameters
    ----------
    wire : Wire
        The message.
    numbers : ndarray or None
        (28, 28) numbers to show in place of the folded value, one row of the image a
        line; None keeps it folded.
    """
    rows = []
    for part in wire.parts:
        rows.append(_row(part))
        if len(part.data) > LONG and not _is_message(part) and numbers is not None:
            rows += _unfolded(part, numbers)
    name = escape(wire.name)
    tall = "" if numbers is None else " digits-tall"
    return (
        f'<div class="digits-scroll{tall}" tabindex="0" role="group" '
        f'aria-label="{name}"><table class="digits-facts">'
        f"<caption>{name}, {len(wire):,} bytes</caption>"
        f"<thead><tr>{_HEAD}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def text(wire: Wire, *, folded: bool) -> str:
    """Return a message in protobuf's text form.

    Parameters
    ----------
    wire : Wire
        The message.
    folded : bool
        Whether to shorten its long value.
    """
    name = f"# {wire.name}, {len(wire):,} bytes"
    lines = wire.text.splitlines()
    return "\n".join([name, *(_folded(lines) if folded else lines)])


def _folded(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for name, group in groupby(lines, key=lambda line: line.partition(":")[0]):
        same = list(group)
        if len(same) > 20:
            same = [*same[:3], f"{name}: … {len(same) - 3} more"]
        kept += same
    return [
        f'{line[:60]} …"' if len(line) > LONG and re.search('"$', line) else line
        for line in kept
    ]


def _is_message(part: Part) -> bool:
    return part.wire_type == "length" and not part.value


def _row(part: Part) -> str:
    more = " …" if len(part.data) > _HEX_BYTES else ""
    value = part.value
    if len(part.data) > LONG and value:
        value = f"{len(part.data):,} bytes: the image"
    return (
        f"<tr><td>{part.offset:,}</td>"
        f"<td><code>{part.data[:_HEX_BYTES].hex(' ')}{more}</code></td>"
        f"<td>{part.number}</td>"
        f'<td style="padding-left:{part.depth + 0.5}em">{escape(part.name)}</td>'
        f"<td>{part.wire_type}</td><td>{escape(value)}</td></tr>"
    )


def _unfolded(part: Part, numbers: NDArray[np.generic]) -> list[str]:
    """Return one line for each row of the image."""
    payload = numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()
    # Numbers of variable length are encoded otherwise: they have no position to show.
    inside = part.data.find(payload)
    step = numbers.nbytes // len(numbers)
    lines = []
    for index, row in enumerate(numbers):
        offset = f"{part.offset + inside + index * step:,}" if inside >= 0 else ""
        shown = escape(" ".join(_short(number) for number in row.tolist()))
        lines.append(
            f'<tr class="digits-numbers"><td>{offset}</td>'
            f'<td colspan="5"><pre>{shown}</pre></td></tr>'
        )
    return lines


def _short(number: float) -> str:
    """Return a number in three characters, so that the table shows the digit."""
    if isinstance(number, int):
        return f"{number:3}"
    return "  ." if number == 0 else f"{number:3.1f}"
