"""Draws strokes on a grid of pixels, anti-aliased, with round caps and joins.

Every stroke is drawn in black and white at three times the size, as a wide line with a
disc on each point. Then each pixel becomes the share of its nine parts that are ink.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError, shortened

SIDE = 280
"""Pixels along a side of the raster: ten for each pixel of a 28x28 picture."""

_FINE = 3
"""Parts of a pixel along its side, for the shades of grey at the edges."""

_FINEST = 30
"""Most parts, on the smallest grids: Pillow averages more too coarsely."""

_TOLERANCE = 0.1
"""Points closer than this many pixels to the line of their neighbours are dropped."""

_SPACING = 4.0
"""If the points are further apart than this, in pixels, dropping any is not worth
it."""


def rasterize(drawing: Drawing, *, side: int = SIDE) -> NDArray[np.float32]:
    """Draw the strokes in their order on a square grid.

    Parameters
    ----------
    drawing : Drawing
        An empty one gives blank paper.
    side : int
        Rows and columns of the grid, 1 to 2048 pixels.

    Returns
    -------
    ndarray
        (side, side) float32 in [0, 1], 1 is ink. Every value is a whole number of
        255ths, so that an 8-bit PNG keeps the picture exactly.

    Raises
    ------
    OptionError
        `side` is not a whole number from 1 to 2048.
    """
    if isinstance(side, bool) or not isinstance(side, int) or not 1 <= side <= 2048:
        msg = (
            f"Got a raster side of {shortened(side)}, expected whole pixels from 1 to "
            "2048."
        )
        raise OptionError(msg)
    image = np.zeros((side, side), np.float32)
    if drawing:
        top, left, shares = touched(drawing, side=side)
        rows, cols = shares.shape
        part = image[top : top + rows, left : left + cols]
        np.divide(shares, np.float32(255), out=part)
    return image


def touched(
    drawing: Drawing, *, side: int = SIDE
) -> tuple[int, int, NDArray[np.uint8]]:
    """Draw only the part of the grid that a pen touches.

    Parameters
    ----------
    drawing : Drawing
        Not empty.
    side : int
        As for `rasterize`.

    Returns
    -------
    tuple
        The first row and column of the part, and the part itself: (rows, cols) uint8,
        255 is ink.
    """
    left, top, right, bottom = _reach(drawing, side)
    # A small grid gets more parts per pixel, so that lines stay equally fine.
    parts = min(max(_FINE, _FINE * SIDE // side), _FINEST)
    fine = Image.new("L", ((right - left) * parts, (bottom - top) * parts))
    draw = ImageDraw.Draw(fine)
    for stroke in drawing:
        line = _simplify(stroke.points * side) - (left, top)
        _lay(draw, line * parts, stroke.width * side * parts, ink=stroke.ink)
    return top, left, np.asarray(fine.reduce(parts))


def _reach(drawing: Drawing, side: int) -> tuple[int, int, int, int]:
    """Return the part of the grid that a pen touches: left, top, right, bottom."""
    ends = []
    for stroke in drawing:
        # For some dozens of numbers, Python's min is faster than NumPy's.
        x, y = stroke.points.T.tolist()
        pen = stroke.width / 2
        ends.append((min(x) - pen, min(y) - pen, max(x) + pen, max(y) + pen))
    left, top, right, bottom = zip(*ends, strict=True)
    return (
        max(int(min(left) * side) - 1, 0),
        max(int(min(top) * side) - 1, 0),
        min(int(max(right) * side) + 2, side),
        min(int(max(bottom) * side) + 2, side),
    )


def _lay(
    draw: ImageDraw.ImageDraw, line: NDArray[np.float64], width: float, *, ink: bool
) -> None:
    """Draw one stroke over the picture: ink sets its pixels, the eraser clears them."""
    colour, pen = (255 if ink else 0), max(round(width), 1)
    # Pillow addresses pixels by their corner, half a pixel before their centre.
    draw.line(np.rint(line - 0.5).ravel().tolist(), colour, pen)
    # The C function directly: the checks of ImageDraw.ellipse take longer than it.
    disc = draw.draw.draw_ellipse
    low = np.rint(line - pen / 2)
    for box in np.concatenate([low, low + (pen - 1)], axis=1).tolist():
        disc(box, colour, 1)


def _simplify(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop every second point that lies on the line, until few can be dropped."""
    while len(line) > 4 and np.abs(np.diff(line, axis=0)).sum() < _SPACING * len(line):
        before, middle, after = line[:-2:2], line[1:-1:2], line[2::2]
        chord = after - before
        along = ((middle - before) * chord).sum(axis=1)
        length = np.maximum((chord * chord).sum(axis=1), 1e-12)
        foot = before + np.clip(along / length, 0, 1)[:, None] * chord
        keep = np.ones(len(line), bool)
        keep[1:-1:2] = ((middle - foot) ** 2).sum(axis=1) > _TOLERANCE**2
        if keep.sum() > 0.8 * len(line):
            break
        line = line[keep]
    return line
