"""A trace as a figure: the image after every step, with its caption."""

from __future__ import annotations

import io
import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from digits_widget.figures.themed import ThemedFigure
from digits_widget.tile import tile_png
from digits_widget.trace import Snapshot, Trace
from digits_widget.trace_picture import range_and_mean, shape_and_dtype

_TILE, _GAP = 1.75, 0.2
"""Inches along the side of a tile, and between two."""

_HEAD, _LINE = 0.28, 0.125
"""Inches for a tile's title, and for each line of words below it."""

_LETTERS = 31
"""Characters in a line as wide as a tile."""


def trace_figure(trace: Trace, *, columns: int = 8) -> Figure:
    """Draw the filmstrip of a trace.

    Parameters
    ----------
    trace : Trace
        The result of a `Pipeline`.
    columns : int
        Tiles in one row, at least 1.

    Returns
    -------
    Figure
        Without pyplot: nothing stays open. ``figure.savefig("steps.png")`` keeps it.
    """
    columns = max(1, min(columns, len(trace)))
    words = [_words(shot) for shot in trace]
    lines = max(text.count("\n") for text in words) + 1
    high = _HEAD + _TILE + _LINE * (lines + 1)
    rows = -(-len(trace) // columns)
    size = (_GAP + columns * (_TILE + _GAP), rows * (high + _GAP))
    figure = ThemedFigure(figsize=size, dpi=150)
    for number, (shot, text) in enumerate(zip(trace, words, strict=True)):
        row, column = divmod(number, columns)
        left = (_GAP + column * (_TILE + _GAP)) / size[0]
        bottom = 1 - (row * (high + _GAP) + _HEAD + _TILE) / size[1]
        ax = figure.add_axes((left, bottom, _TILE / size[0], _TILE / size[1]))
        _draw(ax, shot)
        below = bottom - _LINE / 2 / size[1]
        figure.text(left, below, text, fontsize=6.5, va="top", linespacing=1.3)
    return figure


def _words(shot: Snapshot) -> str:
    """Return the caption and the numbers of the image, in narrow lines."""
    numbers = shape_and_dtype(shot.image), range_and_mean(shot.image)
    return "\n".join([*textwrap.wrap(shot.caption, _LETTERS), *numbers])


def _draw(ax: Axes, shot: Snapshot) -> None:
    with Image.open(io.BytesIO(tile_png(shot.shown, side=560))) as tile:
        picture = np.asarray(tile.convert("RGB"))
    ax.imshow(picture, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.set_anchor("NW")
    ax.set_title(shot.title, fontsize=9, loc="left")
