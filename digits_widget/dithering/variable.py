"""Error diffusion whose shares depend on the grey: Ostromoukhov's and Zhou-Fang's.

At some greys the dots of a fixed kernel line up as worms or checkerboards. These two
methods look up the three shares by the pixel's original grey, before any error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import eight_bit
from digits_widget.dithering.images import Floats

Cells = NDArray[Any]

CHUNK = 2048
"""Number of pictures in one pass."""

SMALL = 24
"""Number of pictures up to which plain Python is faster."""


@dataclass(frozen=True, eq=False)
class Shares:
    """For each of 256 greys, the shares ahead, back below and straight below."""

    parts: Cells
    """(256, 3) parts of the error for (+1, 0), (-1, +1) and (0, +1), read-only."""

    whole: Cells
    """(256,) number of parts of an error, read-only."""

    def __post_init__(self) -> None:
        self.parts.flags.writeable = False
        self.whole.flags.writeable = False

    @cached_property
    def rows(self) -> list[tuple[float, float, float, float]]:
        """Each grey's three parts and their whole, for plain Python."""
        table = np.column_stack([self.parts, self.whole])
        return [tuple(row) for row in table.tolist()]

    @classmethod
    def mirrored(cls, rows: Sequence[Sequence[float]]) -> Shares:
        """Make shares from the rows of greys 0 to 127: three parts and their whole.

        A grey above 127 takes the row of the grey as far from black as it is from
        white.
        """
        table = np.array([*rows, *reversed(rows)], dtype=np.float64)
        return cls(table[:, :3].copy(), table[:, 3].copy())


class _Page(NamedTuple):
    """Arrays of one shape with the data that are known of each pixel beforehand."""

    pixels: Cells
    greys: Cells
    limits: Cells


def diffuse_by_grey(
    images: Floats,
    shares: Shares,
    thresholds: Cells,
    steps: Sequence[int],
    *,
    white: float = 255,
) -> Floats:
    """Diffuse errors by the shares of each pixel's own grey.

    Parameters
    ----------
    images : array
        (n, rows, cols) floats in [0, 1].
    shares : Shares
        The shares for each grey.
    thresholds : array
        (n or 1, rows, cols) working values; a value above prints white.
    steps : sequence of int
        One for each row: 1 scans it from left to right, -1 from right to left.
    white : float
        Working value of a white pixel.

    Returns
    -------
    array
        (n, rows, cols) float32, 0 or 1.
    """
    printed = np.empty(images.shape, dtype=np.float32)
    limits = np.broadcast_to(thresholds, images.shape)
    pixels = (images * images.dtype.type(255)).astype(np.float64) * white / 255
    greys = eight_bit(images)
    if len(images) <= SMALL:
        for target, *one in zip(printed, pixels, greys, limits, strict=True):
            target[...] = _alone(_Page(*one), shares, steps, white)
        return printed
    for start in range(0, len(images), CHUNK):
        chunk = slice(start, start + CHUNK)
        last = [part[chunk].transpose(1, 2, 0) for part in (pixels, greys, limits)]
        white_ones = _at_once(_Page(*last), shares, steps, white)
        printed[chunk] = white_ones.transpose(2, 0, 1)
    return printed


def _at_once(
    page: _Page, shares: Shares, steps: Sequence[int], white: float
) -> NDArray[np.bool_]:
    """Diffuse a batch, (rows, cols, n), row by row."""
    pixels, greys, limits = page
    rows, cols = pixels.shape[:2]
    received = np.zeros_like(pixels)
    printed = np.empty(pixels.shape, dtype=bool)
    errors = np.empty_like(pixels[0])
    for y, step in enumerate(steps):
        ahead, back, down = np.moveaxis(shares.parts[greys[y]], -1, 0)
        whole = shares.whole[greys[y]]
        for x in range(cols)[::step]:
            value = received[y, x] + pixels[y, x]
            printed[y, x] = value > limits[y, x]
            errors[x] = (value - printed[y, x] * white) / whole[x]
            if 0 <= x + step < cols:
                received[y, x + step] += errors[x] * ahead[x]
        if y + 1 < rows:
            received[y + 1] += errors * down
            to, of = (slice(0, -1), slice(1, None))[::step]
            received[y + 1, to] += errors[of] * back[of]
    return printed


def _alone(
    page: _Page, shares: Shares, steps: Sequence[int], white: float
) -> NDArray[np.bool_]:
    """Diffuse one picture, (rows, cols), in plain Python."""
    rows, cols = page.pixels.shape
    printed = np.zeros((rows, cols), dtype=bool)
    below = [0.0] * cols
    table = zip(*(part.tolist() for part in page), steps, strict=True)
    for y, (row, grey, limit, step) in enumerate(table):
        received, below = below, [0.0] * cols
        for x in range(cols)[::step]:
            error = received[x] + row[x]
            if error > limit[x]:
                printed[y, x] = True
                error -= white
            if error:
                ahead, back, down, whole = shares.rows[grey[x]]
                error /= whole
                below[x] += error * down
                if 0 <= x + step < cols:
                    received[x + step] += error * ahead
                if 0 <= x - step < cols:
                    below[x - step] += error * back
    return printed
