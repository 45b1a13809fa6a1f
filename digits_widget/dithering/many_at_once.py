"""Error diffusion for thousands of pictures in the usual arithmetic, row by row.

It prints the same as the reference loop in double precision with two levels, at the
least cost: it holds only as many rows as a kernel reaches down, so that they stay in
the processor's cache; a cell turns from a pixel into its value and then into its error
in place; no operation makes a new array, or converts a number twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.images import Floats


def diffuse_many_at_once(
    diffuser: Diffuser,
    images: Floats,
    steps: Sequence[int],
    printed: NDArray[np.float32],
) -> None:
    """Diffuse errors over a batch of pictures.

    Parameters
    ----------
    diffuser : Diffuser
        With a plain arithmetic (`Arithmetic.is_plain`).
    images : array
        (n, rows, cols) floats in [0, 1].
    steps : sequence of int
        One for each row: 1 scans it from left to right, -1 from right to left.
    printed : array
        An array of the images' shape, to fill with 0 and 1.
    """
    rows = _Rows(diffuser, images)
    # Transpose row by row while the data are bytes and in the cache: floats would cost
    # more.
    levels = np.empty(images.shape, dtype=np.uint8)
    for y, step in enumerate(steps):
        rows.feed(y + diffuser.kernel.depth)
        levels[:, y] = rows.scan(y, step).T
        rows.pay(y, step)
    printed[...] = levels


class _Rows:
    """The rows in progress, (cols, n) each, and the arrays that every row reuses."""

    def __init__(self, diffuser: Diffuser, images: Floats) -> None:
        count, self.rows, self.cols = images.shape
        rule, kernel = diffuser.arithmetic, diffuser.kernel
        self.images, self.clamps = images, rule.clamp == "read"
        self.ahead = [
            (dx, np.array(diffuser.weights[weight])) for dx, weight in kernel.ahead
        ]
        self.below = [
            (dx, dy, np.array(diffuser.weights[weight]))
            for dx, dy, weight in kernel.below
        ]
        self.compare = np.greater_equal if rule.ties == "up" else np.greater
        # Use arrays without dimensions: NumPy converts a plain number at every call.
        self.middle = np.array(rule.middle)
        self.black, self.white = np.array(0.0), np.array(float(rule.white))
        self.white_byte = np.array(rule.white, np.min_scalar_type(rule.white))
        self.white_pixel = np.array(rule.white, images.dtype)
        shape = (self.cols, count)
        self.ring = np.empty((kernel.depth + 1, *shape))
        self.cells = [list(row) for row in self.ring]
        self.narrow = np.empty(shape, dtype=images.dtype)
        self.bits = np.empty(shape, dtype=bool)
        self.levels = self.bits.view(np.uint8)
        self.columns = list(zip(self.bits, self.levels, strict=True))
        self.grey = np.empty(count, dtype=self.white_byte.dtype)
        self.shares = np.empty(shape)
        for y in range(kernel.depth):
            self.feed(y)

    def row(self, y: int) -> NDArray[np.float64]:
        """Return the cells of a row in progress."""
        cells: NDArray[np.float64] = self.ring[y % len(self.ring)]
        return cells

    def feed(self, y: int) -> None:
        """Load a row of the pictures, if there is one left."""
        if y < self.rows:
            # Multiply in the pictures' own precision: see `Arithmetic.start`.
            np.multiply(self.images[:, y].T, self.white_pixel, out=self.narrow)
            self.row(y)[...] = self.narrow

    def scan(self, y: int, step: int) -> NDArray[np.uint8]:
        """Print a row, leave its errors in its cells, and return its levels."""
        cells, grey, share = self.cells[y % len(self.cells)], self.grey, self.shares[0]
        for x in range(self.cols)[::step]:
            cell, (bits, levels) = cells[x], self.columns[x]
            if self.clamps:
                np.clip(cell, self.black, self.white, out=cell)
            self.compare(cell, self.middle, out=bits)
            # Keep one byte a pixel as long as possible: an early cast costs the most.
            np.multiply(levels, self.white_byte, out=grey)
            np.subtract(cell, grey, out=cell)
            for dx, weight in self.ahead:
                target = x + step * dx
                if 0 <= target < self.cols:
                    np.multiply(cell, weight, out=share)
                    np.add(cells[target], share, out=cells[target])
        return self.levels

    def pay(self, y: int, step: int) -> None:
        """Pay the errors of a row to those below, in the reference loop's order."""
        errors = self.row(y)
        for dx, dy, weight in self.below:
            shift = step * dx
            if y + dy < self.rows and abs(shift) < self.cols:
                to = slice(max(shift, 0), self.cols + min(shift, 0))
                payer = errors[max(-shift, 0) : self.cols - max(shift, 0)]
                share = np.multiply(payer, weight, out=self.shares[to])
                paid = self.row(y + dy)[to]
                np.add(paid, share, out=paid)
