"""The path for one small picture: plain Python, which has no calls to pay for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser, Values


def small(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> NDArray[np.uint8]:
    """Diffuse errors over one picture, in double precision and with two levels.

    Parameters
    ----------
    diffuser : Diffuser
        With a plain arithmetic (`Arithmetic.is_plain`).
    pixels : array
        (rows, cols) float64 working values.
    steps : sequence of int
        One a row: 1 scans it from left to right, -1 from right to left.

    Returns
    -------
    array
        (rows, cols) uint8, the level of each pixel.
    """
    kernel = diffuser.kernel
    rows, cols = pixels.shape
    padded = np.pad(pixels, ((0, kernel.depth), (kernel.reach, kernel.reach)))
    stride = padded.shape[1]
    cells: list[float] = padded.ravel().tolist()
    white: list[int] = []
    for y, step in enumerate(steps):
        start = y * stride + kernel.reach
        shares = [
            (dy * stride + step * dx, float(diffuser.weights[weight]))
            for dx, dy, weight in kernel.taps
        ]
        row = range(start, start + cols)[::step]
        white += _scan(diffuser, cells, row, shares)
    flat = np.zeros(padded.size, dtype=np.uint8)
    flat[white] = 1
    return flat.reshape(padded.shape)[:rows, kernel.reach : kernel.reach + cols]


def _scan(
    diffuser: Diffuser,
    cells: list[float],
    row: range,
    shares: Sequence[tuple[int, float]],
) -> list[int]:
    """Print one row and return where it is white."""
    rule = diffuser.arithmetic
    middle, white, clamps = rule.middle, rule.white, rule.clamp == "read"
    up = rule.ties == "up"
    found = []
    for here in row:
        error = cells[here]
        if clamps:
            error = min(max(error, 0.0), white)
        if error > middle or (up and error == middle):
            found.append(here)
            error -= white
        if error:
            for ahead, weight in shares:
                cells[here + ahead] += error * weight
    return found
