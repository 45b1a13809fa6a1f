"""Where a pixel of one step's picture is in the pictures of all other steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digits_widget.steps.step import Image
from digits_widget.trace import Snapshot


@dataclass(frozen=True)
class Region:
    """A part of a picture, in its columns and rows; the first pixel begins at 0."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, shape: tuple[int, ...]) -> Region | None:
        """Return the part on a picture, at least a pixel; None if it is beyond it.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the picture, and perhaps channels.
        """
        across = _on_pixels(self.left, self.right, shape[1])
        down = _on_pixels(self.top, self.bottom, shape[0])
        if across is None or down is None:
            return None
        return Region(across[0], down[0], across[1], down[1])


@dataclass(frozen=True)
class _Move:
    """What a step does to places: it scales, then shifts; rows may lean sideways."""

    scale: tuple[float, float] = (1.0, 1.0)
    shift: tuple[float, float] = (0.0, 0.0)
    slant: float = 0.0
    upright: float = 0.0
    """Where rows stay in their columns."""

    def after(self, region: Region) -> Region:
        """Return where a part is after the step."""
        (across, down), (right, below) = self.scale, self.shift
        right -= self._lean(region)
        return Region(
            region.left * across + right,
            region.top * down + below,
            region.right * across + right,
            region.bottom * down + below,
        )

    def before(self, region: Region) -> Region:
        """Return where a part was before the step."""
        (across, down), (right, below) = self.scale, self.shift
        right -= self._lean(region)
        return Region(
            (region.left - right) / across,
            (region.top - below) / down,
            (region.right - right) / across,
            (region.bottom - below) / down,
        )

    def _lean(self, region: Region) -> float:
        return self.slant * ((region.top + region.bottom) / 2 - self.upright)


def regions(
    shots: Sequence[Snapshot], step: int, row: int, column: int
) -> tuple[Region | None, ...]:
    """Return the part of each picture that belongs to one pixel of one of them.

    Parameters
    ----------
    shots : sequence of Snapshot
        The pictures, in the order of the steps.
    step : int
        Number of the picture with the pixel, from 0.
    row, column : int
        The pixel; the nearest one, if the picture has no such pixel.

    Returns
    -------
    tuple of Region or None
        One for each picture. None from where a step has cut the place away, or has
        added it; and beyond a function, which does not tell where it moves the ink.
    """
    rows, cols = shots[step].shown.shape[:2]
    row, column = min(max(row, 0), rows - 1), min(max(column, 0), cols - 1)
    here = Region(column, row, column + 1, row + 1)
    moves = [_move(before, after) for before, after in pairwise(shots)]
    later = _follow(here, moves[step:], shots[step + 1 :], back=False)
    earlier = _follow(here, moves[:step][::-1], shots[:step][::-1], back=True)
    return (*earlier[::-1], here, *later)


def ink_in(shown: Image, region: Region) -> float:
    """Return the mean ink of a part of a picture, in [0, 1].

    Parameters
    ----------
    shown : ndarray
        The picture: ink, (rows, cols); or colours, (rows, cols, 3 or 4).
    region : Region
        A part that lies on the picture.
    """
    ink = shown if shown.ndim == 2 else 1 - shown[..., :3].mean(axis=2)
    rows = _shares(region.top, region.bottom, ink.shape[0])
    cols = _shares(region.left, region.right, ink.shape[1])
    return float(rows @ ink.astype(np.float64) @ cols)


def _follow(
    region: Region,
    moves: Sequence[_Move | None],
    shots: Sequence[Snapshot],
    *,
    back: bool,
) -> list[Region | None]:
    """Return the part in each of the pictures, or None from where it is lost."""
    found: list[Region | None] = []
    for move, shot in zip(moves, shots, strict=True):
        if move is None or (found and found[-1] is None):
            found.append(None)
            continue
        region = move.before(region) if back else move.after(region)
        found.append(region.within(shot.shown.shape))
    return found


def _move(before: Snapshot, after: Snapshot) -> _Move | None:
    """Return what a step does to places; None for a function from a notebook."""
    decided = after.decided
    if box := decided.get("box"):
        return _Move(shift=(-box[0], -box[1]))
    if shift := decided.get("shift"):
        return _Move(shift=(shift[0], shift[1]))
    (rows, cols), (high, wide) = before.shown.shape[:2], after.shown.shape[:2]
    if "angle" in decided:
        slant = math.tan(math.radians(decided["angle"]))
        # The step adds as much room on both sides.
        return _Move((1, 1), ((wide - cols) / 2, 0), slant, decided["upright"] + 0.5)
    return _Move((wide / cols, high / rows)) if decided else None


def _on_pixels(first: float, last: float, count: int) -> tuple[float, float] | None:
    """Return the part of an axis that is on a picture, at least one of its pixels."""
    if last - first < 1:
        first = math.floor((first + last) / 2)
        last = first + 1
    first, last = max(first, 0), min(last, count)
    return (first, last) if first < last else None


def _shares(first: float, last: float, count: int) -> NDArray[np.float64]:
    """Return how much of a part lies on each pixel of an axis; the sum is 1."""
    begins = np.arange(count)
    covered = np.minimum(begins + 1, last) - np.maximum(begins, first)
    shares: NDArray[np.float64] = np.maximum(covered, 0) / (last - first)
    return shares
