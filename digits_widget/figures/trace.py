"""A trace as a figure: every step a picture, with its caption."""

from __future__ import annotations

import io
import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from digits_widget.strip import stats
from digits_widget.tile import tile_png
from digits_widget.trace import Snapshot, Trace

_WIDTH = 1.9
"""Inches for one tile."""


def trace_figure(trace: Trace, *, columns: int = 8) -> Figure:
    """Draw the filmstrip of a trace.

    Parameters
    ----------
    trace : Trace
        What a `Pipeline` gives.
    columns : int
        Tiles in one row, at least 1.

    Returns
    -------
    Figure
        Without pyplot: nothing stays open. ``figure.savefig("steps.png")`` keeps it.
    """
    columns = max(1, min(columns, len(trace)))
    rows = -(-len(trace) // columns)
    figure = Figure(figsize=(_WIDTH * columns, 3.6 * rows), dpi=150)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.axis("off")
    for ax, shot in zip(axes, trace, strict=False):
        _draw(ax, shot)
    figure.subplots_adjust(0.01, 0.42, 0.99, 0.93, wspace=0.12, hspace=1.2)
    return figure


def _draw(ax: Axes, shot: Snapshot) -> None:
    with Image.open(io.BytesIO(tile_png(shot.shown, side=560))) as tile:
        picture = np.asarray(tile.convert("RGB"))
    ax.imshow(picture, interpolation="nearest")
    ax.axis("on")
    ax.set(xticks=[], yticks=[])
    ax.set_anchor("N")
    ax.set_title(shot.title, fontsize=9, loc="left")
    text = "\n".join(
        textwrap.wrap(shot.caption, 29) + textwrap.wrap(stats(shot.image), 29)
    )
    ax.text(
        0, -0.05, text, fontsize=6.5, va="top", transform=ax.transAxes, linespacing=1.3
    )
