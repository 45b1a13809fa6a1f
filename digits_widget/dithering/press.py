"""The batch path for the usual arithmetic: thousands of pictures, row by row.

It does what `sweep` does in double precision with two levels, and is as frugal as it
can be: only as many rows are held as a kernel reaches down, so that they stay in the
processor's cache, and no operation makes a new array.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.images import Floats


def press(
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
        One a row: 1 scans it from left to right, -1 from right to left.
    printed : array
        Of the images' shape, to be filled with 0 and 1.
    """
    machine = _Press(diffuser, images)
    for y, step in enumerate(steps):
        machine.feed(y + diffuser.kernel.depth)
        printed[:, y] = machine.scan(y, step).T
        machine.pay(y, step)


class _Press:
    """The rows in work, (cols, n) each, and everything that is used again and again."""

    def __init__(self, diffuser: Diffuser, images: Floats) -> None:
        count, self.rows, self.cols = images.shape
        rule, kernel = diffuser.arithmetic, diffuser.kernel
        self.images, self.rule, self.depth = images, rule, kernel.depth
        self.ahead = [(dx, diffuser.weights[weight]) for dx, weight in kernel.ahead]
        self.below = [(dx, dy, diffuser.weights[w]) for dx, dy, w in kernel.below]
        self.compare = np.greater_equal if rule.ties == "up" else np.greater
        self.white = np.min_scalar_type(rule.white).type(rule.white)
        shape = (self.cols, count)
        self.ring = np.empty((kernel.depth + 1, *shape))
        self.narrow = np.empty(shape, dtype=images.dtype)
        self.bits = np.empty(shape, dtype=bool)
        self.levels = self.bits.view(np.uint8)
        self.grey = np.empty(count, dtype=self.white.dtype)
        self.errors, self.shares = np.empty(shape), np.empty(shape)
        for y in range(kernel.depth):
            self.feed(y)

    def row(self, y: int) -> NDArray[np.float64]:
        """Give the cells of a row that is in work."""
        cells: NDArray[np.float64] = self.ring[y % len(self.ring)]
        return cells

    def feed(self, y: int) -> None:
        """Take a row of the pictures into work, if there is one left."""
        if y < self.rows:
            white = self.images.dtype.type(self.rule.white)
            # In the pictures' own precision: see `Arithmetic.start`.
            np.multiply(self.images[:, y].T, white, out=self.narrow)
            self.row(y)[...] = self.narrow

    def scan(self, y: int, step: int) -> NDArray[np.uint8]:
        """Print a row, note its errors and give its levels, (cols, n)."""
        cells = self.row(y)
        for x in range(self.cols)[::step]:
            value, error = cells[x], self.errors[x]
            if self.rule.clamp == "read":
                np.clip(value, 0, self.rule.white, out=value)
            self.compare(value, self.rule.middle, out=self.bits[x])
            # One byte a pixel, as long as possible: casting early costs the most.
            np.multiply(self.levels[x], self.white, out=self.grey)
            np.subtract(value, self.grey, out=error)
            for dx, weight in self.ahead:
                target = x + step * dx
                if 0 <= target < self.cols:
                    share = np.multiply(error, weight, out=self.shares[0])
                    np.add(cells[target], share, out=cells[target])
        return self.levels

    def pay(self, y: int, step: int) -> None:
        """Pay the errors of a row to those below, in the slow loop's order."""
        for dx, dy, weight in self.below:
            shift = step * dx
            if y + dy < self.rows and abs(shift) < self.cols:
                to = slice(max(shift, 0), self.cols + min(shift, 0))
                payer = self.errors[max(-shift, 0) : self.cols - max(shift, 0)]
                share = np.multiply(payer, weight, out=self.shares[to])
                paid = self.row(y + dy)[to]
                np.add(paid, share, out=paid)
