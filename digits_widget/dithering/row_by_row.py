"""Error diffusion for one small picture, or one whose rows alternate: row by row.

If rows alternate in direction, no two pixels can print at the same time, and in a small
picture few can; so this engine walks along each row in plain Python. On the way it pays
only the shares that stay in the row; it pays those for the rows below a whole row at a
time, in the order of the reference loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser, Values

AHEAD = 2
"""The most columns that a share goes ahead in its row, as in all published kernels."""

_NARROW = 24
"""Columns up to which plain Python also pays the rows below faster than NumPy."""


def diffuse_row_by_row(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> NDArray[np.uint8]:
    """Diffuse errors over one picture, in double precision and with two levels.

    Parameters
    ----------
    diffuser : Diffuser
        With a plain arithmetic (`Arithmetic.is_plain`), and a kernel that pays at
        most the next `AHEAD` pixels of its row.
    pixels : array
        (rows, cols) float64 working values.
    steps : sequence of int
        One for each row: 1 scans it from left to right, -1 from right to left.

    Returns
    -------
    array
        (rows, cols) uint8, the level of each pixel.
    """
    if pixels.shape[1] <= _NARROW:
        return _in_lists(diffuser, pixels, steps)
    kernel, rule = diffuser.kernel, diffuser.arithmetic
    # A share that leaves the picture lands in the margin.
    margin = kernel.reach
    cells = np.pad(pixels, ((0, kernel.depth), (margin, margin)))
    levels = np.empty(pixels.shape, dtype=bool)
    walk, least = _walker(diffuser), _least_white(diffuser)
    cols = pixels.shape[1]
    for y, step in enumerate(steps):
        row = cells[y, margin : margin + cols]
        row[::step] = walk(row[::step].tolist())
        np.greater_equal(row, least, out=levels[y])
        error = row - levels[y] * float(rule.white)
        for dx, dy, weight in kernel.below:
            start = margin + step * dx
            cells[y + dy, start : start + cols] += error * diffuser.weights[weight]
    return levels.view(np.uint8)


def _in_lists(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> NDArray[np.uint8]:
    """Do the same for a narrow picture, whose rows are too short for arrays."""
    cols, kernel, white = pixels.shape[1], diffuser.kernel, diffuser.arithmetic.white
    walk, least = _walker(diffuser), _least_white(diffuser)
    taps = [
        (dx, dy, float(diffuser.weights[weight]))
        for dx, dy, weight in kernel.below
        if abs(dx) < cols
    ]
    side = [0.0] * min(kernel.reach, cols)
    margin = len(side)
    inside = slice(margin, margin + cols)
    rows = [[*side, *row, *side] for row in pixels.tolist()]
    levels = bytearray()
    for y, step in enumerate(steps):
        values = walk(rows[y][inside][::step])[::step]
        white_ones = [value >= least for value in values]
        levels += bytes(white_ones)
        errors = [
            value - white if is_white else value
            for value, is_white in zip(values, white_ones, strict=True)
        ]
        for dx, dy, weight in taps:
            if y + dy < len(rows):
                row = rows[y + dy]
                for x, error in enumerate(errors, margin + step * dx):
                    row[x] += error * weight
    return np.frombuffer(levels, np.uint8).reshape(pixels.shape)


def _least_white(diffuser: Diffuser) -> float:
    """Return the smallest value that prints white."""
    rule = diffuser.arithmetic
    return rule.middle if rule.ties == "up" else math.nextafter(rule.middle, math.inf)


def _walker(diffuser: Diffuser) -> Callable[[list[float]], list[float]]:
    """Return a function that walks along a row, in the order of the scan.

    It takes the cells of a row and returns the value of each pixel.
    """
    weights = {dx: float(diffuser.weights[w]) for dx, w in diffuser.kernel.ahead}
    near, far = weights.get(1, 0.0), weights.get(2, 0.0)
    rule, least = diffuser.arithmetic, _least_white(diffuser)
    white, clamps = float(rule.white), rule.clamp == "read"

    def walk(cells: list[float]) -> list[float]:
        values = []
        error = earlier = 0.0
        for cell in cells:
            value = cell + earlier * far + error * near
            if clamps:
                value = min(max(value, 0.0), white)
            values.append(value)
            earlier = error
            error = value - white if value >= least else value
        return values

    return walk
