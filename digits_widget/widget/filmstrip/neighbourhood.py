"""What is in one pixel and in those around it, in words and numbers."""

from __future__ import annotations

from html import escape

import numpy as np

from digits_widget.trace import Snapshot

REACH = 3
"""Rows and columns shown on each side of the pixel."""


def describe(shot: Snapshot, row: int, column: int) -> str:
    """Say what is in a pixel: its value, the same as a byte, and how much ink it is."""
    title = escape(shot.title)
    place = f"<b>{title}</b>, row {row}, column {column}: "
    if shot.shown.ndim != 2:
        parts = ", ".join(f"{value:.3f}" for value in shot.shown[row, column])
        return f"{place}channels {parts}"
    ink = float(shot.shown[row, column])
    value = float(shot.image.reshape(shot.shown.shape)[row, column])
    return (
        f"{place}<b>{value:.3f}</b>, {round(255 * ink)} of 255,"
        f" {100 * ink:.0f}\N{NO-BREAK SPACE}% ink"
    )


def neighbourhood(shot: Snapshot, row: int, column: int) -> str:
    """Return a table of the pixels around one, as bytes of ink; empty beyond the edge.

    Each cell has its own grey, and black or white words on it.
    """
    ink = shot.shown if shot.shown.ndim == 2 else 1 - shot.shown[..., :3].mean(axis=2)
    stored = np.rint(255 * ink).astype(int)
    rows = range(row - REACH, row + REACH + 1)
    columns = range(column - REACH, column + REACH + 1)
    head = "".join(f"<th>{c if 0 <= c < ink.shape[1] else ''}</th>" for c in columns)
    body = "".join(
        f"<tr><th>{r if 0 <= r < ink.shape[0] else ''}</th>"
        + "".join(_cell(stored, r, c, here=(r, c) == (row, column)) for c in columns)
        + "</tr>"
        for r in rows
    )
    return (
        '<table class="digits-neighbours" aria-hidden="true">'
        f"<tr><th></th>{head}</tr>{body}</table>"
    )


def _cell(stored: np.ndarray, row: int, column: int, *, here: bool) -> str:
    if not (0 <= row < stored.shape[0] and 0 <= column < stored.shape[1]):
        return '<td class="digits-beyond"></td>'
    byte = int(stored[row, column])
    # Black or white, whichever has the higher contrast on this grey.
    grey, word = 255 - byte, "#fff" if byte > 137 else "#000"
    mark = ' class="digits-here"' if here else ""
    style = f"background:rgb({grey},{grey},{grey});color:{word}"
    return f'<td{mark} style="{style}">{byte}</td>'
