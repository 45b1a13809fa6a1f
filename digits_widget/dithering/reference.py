"""The reference loop: error diffusion pixel by pixel, as the papers describe it.

It defines error diffusion; the fast engines only reorder it, and tests compare them
with it bit for bit. It also covers the case that no fast engine covers: rows that
alternate in direction, in an unusual arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser, Values


def diffuse_pixel_by_pixel(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> NDArray[np.uint8]:
    """Diffuse errors over pictures of one size, all of them at the same pixel.

    Parameters
    ----------
    diffuser : Diffuser
        The operations on a pixel.
    pixels : array
        (rows, cols, n) working values; the pictures lie along the last axis. The loop
        may overwrite them.
    steps : sequence of int
        One for each row: 1 scans it from left to right, -1 from right to left.

    Returns
    -------
    array
        (rows, cols, n) uint8, the level of each pixel.
    """
    rows, cols = pixels.shape[:2]
    cells = diffuser.start(pixels)
    levels = np.empty(pixels.shape, dtype=np.uint8)
    for y, step in enumerate(steps):
        for x in range(cols)[::step]:
            value = diffuser.read(cells[y, x], pixels[y, x])
            level = diffuser.decide(value)
            error = diffuser.error(value, pixels[y, x], level)
            for dx, dy, weight in diffuser.kernel.taps:
                to_x, to_y = x + step * dx, y + dy
                if 0 <= to_x < cols and to_y < rows:
                    diffuser.pay(cells[to_y, to_x], error, weight)
            levels[y, x] = level
    return levels
