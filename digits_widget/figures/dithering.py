"""Figures of the dithering catalogue: a method's card, ramps, and a contact sheet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE, Kernel, dither, find_method
from digits_widget.dithering.specimen import digit, ramp
from digits_widget.figures.themed import INK, ThemedFigure

_COLUMNS = 8


def draw_method(name: str, picture: NDArray[np.floating] | None = None) -> Figure:
    """Draw a method's card: its kernel or map, a ramp, and a digit before and after.

    Parameters
    ----------
    name : str
        A name or alias of `CATALOGUE`.
    picture : ndarray, optional
        (rows, cols) floats in [0, 1], 1 is drawn white; by default a blurred 2.
    """
    method = find_method(name)
    picture = digit() if picture is None else picture
    figure = ThemedFigure(figsize=(8, 3.6), layout="constrained")
    grid = figure.add_gridspec(2, 3, height_ratios=[1, 2])
    _show(figure.add_subplot(grid[0, :]), dither(ramp(28, 224), name), "a ramp")
    left = figure.add_subplot(grid[1, 0])
    if method.kernel:
        _draw_kernel(left, method.kernel)
    elif method.tile:
        left.imshow(method.tile.ranks, cmap="gray_r", interpolation="nearest")
        left.set_title("ranks, the first light", fontsize=8)
        left.set_axis_off()
    else:
        left.text(0.5, 0.5, method.family, ha="center", va="center")
        left.set_axis_off()
    _show(figure.add_subplot(grid[1, 1]), picture, "before")
    _show(figure.add_subplot(grid[1, 2]), dither(picture, name), "after")
    kept = "keeps the mean" if method.keeps_mean else "does not keep the mean"
    figure.suptitle(
        f"{method.name}: {method.author}, {method.year} ({kept})", fontsize=10
    )
    return figure


def draw_ramps(names: Iterable[str] = tuple(CATALOGUE)) -> Figure:
    """Draw a ramp from black to white by each method, one below the other."""
    names = tuple(names)
    figure = ThemedFigure(figsize=(8, 0.32 * len(names)), layout="constrained")
    rows = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    for axes, name in zip(rows, names, strict=True):
        axes.imshow(dither(ramp(12, 224), name), cmap="gray", aspect="auto")
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=7)
        axes.set_xticks([])
        axes.set_yticks([])
    return figure


def draw_kernels(names: Iterable[str]) -> Figure:
    """Draw the kernels of methods of error diffusion.

    Parameters
    ----------
    names : iterable of str
        Names in `CATALOGUE`; methods without a kernel are left out.
    """
    found = [find_method(name) for name in names]
    kept = [(method.name, method.kernel) for method in found if method.kernel]
    rows = -(-len(kept) // 4)
    figure = ThemedFigure(figsize=(8, 1.5 * rows), layout="constrained")
    places = figure.subplots(rows, 4, squeeze=False).ravel()
    for axes in places:
        axes.set_axis_off()
    for axes, (name, kernel) in zip(places, kept, strict=False):
        _draw_kernel(axes, kernel)
        axes.set_title(f"{name}\nshares of {kernel.divisor}", fontsize=8)
    return figure


def draw_contact_sheet(
    picture: NDArray[np.floating], names: Iterable[str] = tuple(CATALOGUE)
) -> Figure:
    """Draw a picture by each method, side by side, the picture itself first.

    Parameters
    ----------
    picture : ndarray
        (rows, cols) floats in [0, 1], 1 is drawn white.
    names : iterable of str
        Names in `CATALOGUE`; by default all.
    """
    names = tuple(names)
    rows = -(-(len(names) + 1) // _COLUMNS)
    size = (_COLUMNS * 1.25, rows * 1.4)
    figure = ThemedFigure(figsize=size, dpi=150, layout="constrained")
    places = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in places:
        axes.set_axis_off()
    _show(places[0], picture, "the picture")
    for axes, name in zip(places[1:], names, strict=False):
        _show(axes, dither(picture, name), name)
    return figure


def _show(axes: Axes, picture: NDArray[np.floating], title: str) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, fontsize=6)
    axes.set_axis_off()


def _draw_kernel(axes: Axes, kernel: Kernel) -> None:
    """Draw the pixel as a dot and each share as a square, darker for a larger share."""
    rows = kernel.rows()
    shares = np.array([[cell or 0 for cell in row] for row in rows], dtype=float)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.4 * shares.max())
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if cell is not None:
                words = str(cell or "●")
                axes.text(x, y, words, ha="center", va="center", fontsize=8, color=INK)
    axes.set_title(f"shares of {kernel.divisor}", fontsize=8)
    axes.set_axis_off()
