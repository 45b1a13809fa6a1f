"""Error diffusion under the microscope: one pixel, its error, and where it goes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from digits_widget.dithering import DiffusionStep
from digits_widget.figures.themed import INK, ThemedFigure


def draw_step(step: DiffusionStep, *, reach: int = 4) -> Figure:
    """Draw the picture so far, and beside it the pixel being printed, enlarged.

    Parameters
    ----------
    step : DiffusionStep
        From `digits_widget.dithering.diffuse_stepwise`; 1 is drawn white.
    reach : int
        Rows and columns to enlarge on each side of the pixel.
    """
    figure = ThemedFigure(figsize=(8, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])
    _draw_whole(left, step)
    _draw_around(right, step, reach)
    return figure


def _draw_whole(axes: Axes, step: DiffusionStep) -> None:
    _show(axes, step.picture)
    axes.add_patch(_frame(step.x, step.y))
    axes.set_title(f"so far, at row {step.y}, column {step.x}", fontsize=9)
    axes.set_xlabel("column", fontsize=8)
    axes.set_ylabel("row", fontsize=8)
    axes.tick_params(labelsize=8)


def _draw_around(axes: Axes, step: DiffusionStep, reach: int) -> None:
    """Write the values of pixels, and the error that each of them receives."""
    _show(axes, step.picture)
    shares = {(share.x, share.y): share.amount for share in step.shares}
    rows, cols = step.picture.shape
    for y in range(max(step.y - 1, 0), min(step.y + 3, rows)):
        for x in range(max(step.x - reach, 0), min(step.x + reach + 1, cols)):
            value = step.picture[y, x]
            given = shares.get((x, y))
            text = f"{value:.2f}" if given is None else f"{given:+.2f}\n→ {value:.2f}"
            axes.text(
                x,
                y,
                text,
                ha="center",
                va="center",
                fontsize=7 if given is None else 8,
                weight="normal" if given is None else "bold",
                color=INK if value > 0.5 else "white",
            )
            if given is not None:
                axes.add_patch(_frame(x, y, colour="C0", style="--"))
    axes.add_patch(_frame(step.x, step.y))
    axes.set_xlim(max(step.x - reach, 0) - 0.5, min(step.x + reach, cols - 1) + 0.5)
    axes.set_ylim(min(step.y + 2, rows - 1) + 0.5, max(step.y - 1, 0) - 0.5)
    axes.set_title(
        f"was {step.value:.3f}, printed {step.printed:.0f}, error {step.error:+.3f}",
        fontsize=9,
    )
    axes.set(xticks=[], yticks=[])


def _show(axes: Axes, picture: NDArray[np.float64]) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")


def _frame(x: int, y: int, *, colour: str = "C1", style: str = "-") -> Rectangle:
    return Rectangle(
        (x - 0.5, y - 0.5), 1, 1, fill=False, ec=colour, lw=2.5, ls=style, zorder=3
    )
