"""Draws strokes on a grid of pixels, anti-aliased, with round caps and joins.

Every pixel within half a pen of the line is ink; at the rim its value is the share of
the pixel that the pen covers, taken from the exact distance to the line. So a drawing
gives the same picture on every machine, whatever the screen it was drawn on.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import OptionError

SIDE = 280
"""Pixels along a side of the raster: ten for each pixel of a 28x28 picture."""

_TOLERANCE = 0.1
"""Pixels that a point may lie off the line between its neighbours and be left out."""

_SPACING = 4.0
"""Pixels between points, on average, above which leaving out any is not worth it."""

_CHUNK = 32
"""Pieces of line measured at once: their windows stay in the processor's cache."""

Floats = NDArray[np.float32]


def rasterize(drawing: Drawing, *, side: int = SIDE) -> Floats:
    """Draw the strokes in their order on a square grid.

    Parameters
    ----------
    drawing : Drawing
        May be empty: then the picture is all paper.
    side : int
        Rows and columns of the grid, 1 to 4096 pixels.

    Returns
    -------
    ndarray
        (side, side) float32 in [0, 1], 1 is ink. Every value is a whole number of
        255ths, so that an 8-bit PNG keeps the picture exactly.

    Raises
    ------
    OptionError
        `side` is not a whole number from 1 to 4096.
    """
    if isinstance(side, bool) or not isinstance(side, int) or not 1 <= side <= 4096:
        msg = f"Got a raster side of {side!r}, expected whole pixels from 1 to 4096."
        raise OptionError(msg)
    image = np.zeros((side, side), np.float32)
    if drawing:
        left, top, right, bottom = _reach(drawing, side)
        patch = image[top:bottom, left:right]
        for stroke in drawing:
            _lay(patch, stroke, side=side, corner=(left, top))
        patch *= np.float32(255)
        np.rint(patch, out=patch)
        patch /= np.float32(255)
    return image


def _reach(drawing: Drawing, side: int) -> tuple[int, int, int, int]:
    """Return the part of the grid that any pen touches: left, top, right, bottom."""
    low = np.array([stroke.points.min(axis=0) - stroke.width / 2 for stroke in drawing])
    high = np.array(
        [stroke.points.max(axis=0) + stroke.width / 2 for stroke in drawing]
    )
    left, top = np.floor(low.min(axis=0) * side - 1).clip(0).astype(int).tolist()
    right, bottom = (
        np.ceil(high.max(axis=0) * side + 1).clip(0, side).astype(int).tolist()
    )
    return left, top, right, bottom


def _lay(patch: Floats, stroke: Stroke, *, side: int, corner: tuple[int, int]) -> None:
    """Lay one stroke over the picture, as a painter would: ink covers, eraser bares."""
    radius = stroke.width * side / 2
    line = _simplify(stroke.points * side - corner)
    squares = _squared_distances(line, radius + 1, patch.shape)
    distance = np.sqrt(squares)
    distance *= np.float32(0.5)
    cover = _coverage(distance, radius)
    if stroke.ink:
        patch += cover * (1 - patch)
    else:
        patch *= 1 - cover


def _simplify(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out every second point that the others replace, until few can go."""
    while len(line) > 4 and _is_dense(line):
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


def _is_dense(line: NDArray[np.float64]) -> bool:
    way = np.abs(np.diff(line, axis=0)).sum()
    return bool(way < _SPACING * len(line))


def _squared_distances(
    line: NDArray[np.float64], reach: float, shape: tuple[int, ...]
) -> Floats:
    """Measure from each pixel's middle to the line, where the pen may reach.

    Returns
    -------
    ndarray
        `shape` float32, squared pixels; infinity where the pen cannot reach.
    """
    start, step = _pieces(line, longest=max(8.0, 2 * reach))
    size = int(np.ceil(np.abs(step).max() + 2 * reach)) + 1
    origin = np.floor(np.minimum(start, start + step) - reach).astype(int)
    # A margin of one window on all sides spares every window its own clipping.
    field = np.full((shape[0] + 2 * size, shape[1] + 2 * size), np.inf, np.float32)
    for chunk in _chunks(len(start), size):
        windows = _window_distances(start[chunk] - origin[chunk], step[chunk], size)
        for (x, y), window in zip(
            (origin[chunk] + size).tolist(), windows, strict=True
        ):
            part = field[y : y + size, x : x + size]
            np.minimum(part, window, out=part)
    return field[size:-size, size:-size]


def _pieces(
    line: NDArray[np.float64], *, longest: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut the line into straight pieces: where each starts, and how far it goes."""
    if len(line) == 1:
        return line, np.zeros_like(line)
    start, step = line[:-1], np.diff(line, axis=0)
    cuts = np.ceil(np.hypot(step[:, 0], step[:, 1]) / longest).astype(int).clip(1)
    if (cuts == 1).all():
        return start, step
    which = np.repeat(np.arange(len(cuts)), cuts)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
    step = step[which] / cuts[which, None]
    return start[which] + nth[:, None] * step, step


def _chunks(count: int, size: int) -> list[slice]:
    # A pen as wide as the canvas has windows of millions of pixels: one at a time.
    length = max(1, min(_CHUNK, 1_000_000 // size**2))
    edges = [*range(0, count, length), count]
    return [slice(*pair) for pair in pairwise(edges)]


def _window_distances(
    start: NDArray[np.float64], step: NDArray[np.float64], size: int
) -> Floats:
    """Measure each piece on its own window: (pieces, size, size), squared pixels."""
    length = np.hypot(step[:, 0], step[:, 1])
    unit = np.where(length[:, None] > 0, step / np.maximum(length, 1e-12)[:, None], 0)
    unit[length == 0, 0] = 1
    # Everything is doubled here, so that `beyond` needs no halving below.
    grid = 2 * np.arange(size) + 1 - (2 * start + step)[:, :, None]
    x, y = grid.transpose(1, 0, 2).astype(np.float32)
    ux, uy = unit.T[:, :, None].astype(np.float32)
    # Along the piece only what lies beyond its ends counts: that makes round caps.
    beyond = (x * ux)[:, None, :] + (y * uy)[:, :, None]
    np.abs(beyond, out=beyond)
    beyond -= length.astype(np.float32)[:, None, None]
    beyond += np.abs(beyond)  # twice the positive part: faster than a maximum
    beyond *= np.float32(0.5)
    beyond *= beyond
    across: Floats = (x * -uy)[:, None, :] + (y * ux)[:, :, None]
    across *= across
    across += beyond
    return across


def _coverage(distance: Floats, radius: float) -> Floats:
    """Return the share of a pixel that a pen covers, from the distance of its middle.

    The pixel is taken as one pixel wide in the direction of the line's nearest point.
    """
    if radius >= 0.5:
        np.subtract(np.float32(radius + 0.5), distance, out=distance)
        return np.clip(distance, 0, 1, out=distance)
    near = np.maximum(distance - np.float32(0.5), np.float32(-radius))
    far = np.minimum(distance + np.float32(0.5), np.float32(radius))
    cover: Floats = np.maximum(far - near, 0)
    return cover
