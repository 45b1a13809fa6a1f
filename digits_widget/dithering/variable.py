"""Error diffusion whose shares depend on the grey: Ostromoukhov's and Zhou-Fang's.

A fixed kernel has greys at which its dots line up as worms or checkerboards. These two
look up the three shares by the grey that the pixel had, before any error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import eight_bit
from digits_widget.dithering.images import Floats

Cells = NDArray[np.float64]

CHUNK = 2048
"""Pictures a sweep takes at once."""

SMALL = 24
"""Pictures up to which plain Python is faster."""


@dataclass(frozen=True, eq=False)
class Shares:
    """For each of 256 greys, what goes ahead, back below, and straight below."""

    table: Cells
    """(256, 3) shares of the error: (+1, 0), (-1, +1) and (0, +1), read-only."""

    def __post_init__(self) -> None:
        self.table.flags.writeable = False

    @cached_property
    def rows(self) -> list[list[float]]:
        """The table as lists, for plain Python."""
        rows: list[list[float]] = self.table.tolist()
        return rows

    @classmethod
    def along(cls, keys: Mapping[int, Sequence[float]]) -> Shares:
        """Draw straight lines between the shares at some greys from 0 to 127.

        Greys above 127 take the shares of the grey as far from white.
        """
        greys = np.minimum(np.arange(256), 255 - np.arange(256))
        at = np.array(list(keys.values()))
        lines = [np.interp(greys, list(keys), column) for column in at.T]
        return cls(np.stack(lines, axis=1))


def diffuse_by_grey(
    images: Floats, shares: Shares, thresholds: Cells, steps: Sequence[int]
) -> Floats:
    """Diffuse errors by the shares of each pixel's own grey.

    Parameters
    ----------
    images : array
        (n, rows, cols) floats in [0, 1].
    shares : Shares
        By grey.
    thresholds : array
        (n or 1, rows, cols) from 0 to 255: a value above is printed white.
    steps : sequence of int
        One a row: 1 scans it from left to right, -1 from right to left.

    Returns
    -------
    array
        (n, rows, cols) float32, 0 or 1.
    """
    printed = np.empty(images.shape, dtype=np.float32)
    thresholds = np.broadcast_to(thresholds, images.shape)
    if len(images) <= SMALL:
        for image, limits, target in zip(images, thresholds, printed, strict=True):
            target[...] = _small(image, shares, limits, steps)
        return printed
    for start in range(0, len(images), CHUNK):
        chunk = slice(start, start + CHUNK)
        last = images[chunk].transpose(1, 2, 0), thresholds[chunk].transpose(1, 2, 0)
        printed[chunk] = _sweep(last[0], shares, last[1], steps).transpose(2, 0, 1)
    return printed


def _start(images: Floats) -> Cells:
    return (images * images.dtype.type(255)).astype(np.float64)


def _sweep(
    images: Floats, shares: Shares, thresholds: Cells, steps: Sequence[int]
) -> NDArray[np.bool_]:
    """Diffuse a batch, (rows, cols, n), row by row."""
    rows, cols = images.shape[:2]
    cells, greys = _start(images), eight_bit(images)
    white = np.empty(images.shape, dtype=bool)
    errors = np.empty_like(cells[0])
    for y, step in enumerate(steps):
        ahead, back, down = np.moveaxis(shares.table[greys[y]], -1, 0)
        for x in range(cols)[::step]:
            white[y, x] = cells[y, x] > thresholds[y, x]
            errors[x] = cells[y, x] - white[y, x] * 255.0
            if 0 <= x + step < cols:
                cells[y, x + step] += errors[x] * ahead[x]
        if y + 1 < rows:
            cells[y + 1] += errors * down
            to, of = (slice(0, -1), slice(1, None))[::step]
            cells[y + 1, to] += errors[of] * back[of]
    return white


def _small(
    image: Floats, shares: Shares, thresholds: Cells, steps: Sequence[int]
) -> NDArray[np.bool_]:
    """Diffuse one picture, (rows, cols), in plain Python."""
    rows, cols = image.shape
    cells: list[list[float]] = _start(image).tolist()
    cells.append([0.0] * cols)
    table = shares.rows
    printed = np.zeros((rows, cols), dtype=bool)
    greys, limits = eight_bit(image).tolist(), thresholds.tolist()
    for y, step in enumerate(steps):
        row, below, grey, limit = cells[y], cells[y + 1], greys[y], limits[y]
        for x in range(cols)[::step]:
            error = row[x]
            if error > limit[x]:
                printed[y, x] = True
                error -= 255.0
            if error:
                ahead, back, down = table[grey[x]]
                if 0 <= x + step < cols:
                    row[x + step] += error * ahead
                below[x] += error * down
                if 0 <= x - step < cols:
                    below[x - step] += error * back
    return printed
