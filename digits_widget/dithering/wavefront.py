"""The wavefront path: along a slanted line, all pixels that wait for nobody.

Row y is shifted by y times the slant; at every moment one pixel of each row can be
printed. The slant is wide enough that a cell is paid in the slow loop's order. Rows
that alternate in direction cannot be slanted: this path is for raster order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser, Values


def wavefront(diffuser: Diffuser, pixels: Values) -> NDArray[np.uint8]:
    """Diffuse errors over pictures in raster order, left to right.

    Parameters
    ----------
    diffuser : Diffuser
        The operations on a pixel.
    pixels : array
        (rows, cols, n) working values; the pictures lie along the last axis.

    Returns
    -------
    array
        (rows, cols, n) uint8, the level of each pixel.
    """
    rows, cols = pixels.shape[:2]
    kernel = diffuser.kernel
    slant = 2 * kernel.reach + 1
    source = _slanted(pixels, slant, kernel.reach + slant * kernel.depth, kernel.depth)
    cells = diffuser.start(source)
    levels = np.zeros(cells.shape, dtype=np.uint8)
    taps = [(dx + slant * dy, dy, weight) for dx, dy, weight in kernel.taps]
    for moment in range(cols + slant * (rows - 1)):
        first = max(0, -(-(moment - cols + 1) // slant))
        last = min(rows, moment // slant + 1)
        here = (moment, slice(first, last))
        value = diffuser.read(cells[here], source[here])
        level = diffuser.decide(value)
        levels[here] = level
        error = diffuser.error(value, source[here], level)
        for delay, dy, weight in taps:
            paid = cells[moment + delay, first + dy : last + dy]
            diffuser.pay(paid, error, weight)
    return _upright(levels, slant, rows, cols)


def _slanted(pixels: Values, slant: int, late: int, deep: int) -> Values:
    """Copy (rows, cols, n) to (moments, rows, n), with room to pay into the void."""
    rows, cols, count = pixels.shape
    moments = cols + slant * (rows - 1)
    table = np.zeros((moments + late, rows + deep, count), dtype=pixels.dtype)
    for y in range(rows):
        table[slant * y : slant * y + cols, y] = pixels[y]
    return table


def _upright(
    levels: NDArray[np.uint8], slant: int, rows: int, cols: int
) -> NDArray[np.uint8]:
    return np.stack([levels[slant * y : slant * y + cols, y] for y in range(rows)])
