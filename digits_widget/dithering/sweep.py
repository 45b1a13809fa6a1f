"""The batch path: row by row, all pictures at once.

Shares that go down are paid for a whole row in one go; the order in which each cell
is paid stays that of the slow loop, so every sum rounds the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser, Values


def sweep(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> NDArray[np.uint8]:
    """Diffuse errors over a batch of pictures.

    Parameters
    ----------
    diffuser : Diffuser
        The operations on a pixel.
    pixels : array
        (rows, cols, n) working values; the pictures lie along the last axis. It is
        written to.
    steps : sequence of int
        One a row: 1 scans it from left to right, -1 from right to left.

    Returns
    -------
    array
        (rows, cols, n) uint8, the level of each pixel.
    """
    cells = diffuser.start(pixels)
    levels = np.empty(pixels.shape, dtype=np.uint8)
    errors = np.empty_like(pixels[0])
    for y, step in enumerate(steps):
        for x in range(pixels.shape[1])[::step]:
            value = diffuser.read(cells[y, x], pixels[y, x])
            level = diffuser.decide(value)
            levels[y, x] = level
            errors[x] = diffuser.error(value, pixels[y, x], level)
            _pay_ahead(diffuser, cells[y], errors[x], x, step)
        if errors.any():
            _pay_below(diffuser, cells[y + 1 :], errors, step)
    return levels


def _pay_ahead(
    diffuser: Diffuser, cells: Values, error: Values, x: int, step: int
) -> None:
    """Pay the error of column x, (n,), to columns ahead in its row, (cols, n)."""
    for dx, weight in diffuser.kernel.ahead:
        target = x + step * dx
        if 0 <= target < len(cells):
            diffuser.pay(cells[target], error, weight)


def _pay_below(diffuser: Diffuser, below: Values, errors: Values, step: int) -> None:
    """Pay the errors of one row, (cols, n), to the rows below, (rows, cols, n)."""
    cols = len(errors)
    for dx, dy, weight in diffuser.kernel.below:
        shift = step * dx
        if dy <= len(below) and abs(shift) < cols:
            paid = below[dy - 1][max(shift, 0) : cols + min(shift, 0)]
            payer = errors[max(-shift, 0) : cols - max(shift, 0)]
            diffuser.pay(paid, payer, weight)
