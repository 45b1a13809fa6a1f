"""The path for one small picture, or one whose rows alternate: line by line.

Where rows alternate no two pixels can be printed at the same time, and in a small
picture few can; so each line is walked in plain Python. But only the shares that stay
in the line are paid on the way: those for the lines below are paid by arrays, a line
at a time, in the slow loop's order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser, Values


def lines(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> NDArray[np.uint8]:
    """Diffuse errors over one picture, in double precision and with two levels.

    Parameters
    ----------
    diffuser : Diffuser
        With a plain arithmetic (`Arithmetic.is_plain`), and a kernel that pays at
        most the next two pixels of its line, as all published ones do.
    pixels : array
        (rows, cols) float64 working values.
    steps : sequence of int
        One a row: 1 scans it from left to right, -1 from right to left.

    Returns
    -------
    array
        (rows, cols) uint8, the level of each pixel.
    """
    kernel, rule = diffuser.kernel, diffuser.arithmetic
    # A share that leaves the picture lands in the margin.
    margin = kernel.reach
    cells = np.pad(pixels, ((0, kernel.depth), (margin, margin)))
    levels = np.empty(pixels.shape, dtype=bool)
    least = rule.middle if rule.ties == "up" else math.nextafter(rule.middle, math.inf)
    cols = pixels.shape[1]
    for y, step in enumerate(steps):
        line = cells[y, margin : margin + cols]
        line[::step] = _walk(diffuser, line[::step].tolist(), least)
        np.greater_equal(line, least, out=levels[y])
        error = line - levels[y] * float(rule.white)
        for dx, dy, weight in kernel.below:
            start = margin + step * dx
            cells[y + dy, start : start + cols] += error * diffuser.weights[weight]
    return levels.view(np.uint8)


def _walk(diffuser: Diffuser, cells: list[float], least: float) -> list[float]:
    """Give the value of each pixel of a line, in the order of the scan."""
    weights = {dx: float(diffuser.weights[w]) for dx, w in diffuser.kernel.ahead}
    near, far = weights.get(1, 0.0), weights.get(2, 0.0)
    rule = diffuser.arithmetic
    white, clamps = float(rule.white), rule.clamp == "read"
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
