"""Hilbert's and Peano's curves: walks over a picture that keep neighbours close."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Walk = NDArray[np.int64]
"""Indices into the flattened picture, in the order of the walk; read-only."""

_STEPS = {"N": (-1, 0), "S": (1, 0), "W": (0, -1), "E": (0, 1)}

_TURNS = {"N": "WSNENNE", "E": "SWENEEN", "S": "ENSWSSW", "W": "NEWSWWS"}
"""For each heading, four smaller walks and three steps in turn. The smallest walk has
only the three steps."""

_KEPT = 1 << 18
"""The most pixels of a picture whose walk is kept for the next one of its size."""


def hilbert_walk(rows: int, cols: int, level: int) -> Walk:
    """Order the pixels of a picture along Hilbert's curve from the top left.

    Parameters
    ----------
    rows, cols : int
        Size of the picture. The curve fills a square; pixels outside the picture are
        skipped.
    level : int
        The side of the curve's square is 2 to this power, at least as long as the
        picture's sides.

    Returns
    -------
    array
        (rows * cols,) int64, each pixel once.
    """
    if rows * cols > _KEPT:
        return _hilbert_walk(rows, cols, level)
    return _kept_hilbert_walk(rows, cols, level)


def _hilbert_walk(rows: int, cols: int, level: int) -> Walk:
    """Find the nested quarters in which each pixel lies, and sort by them."""
    turns, ranks = _quarters()
    y, x = np.arange(rows)[:, np.newaxis], np.arange(cols)
    order = np.zeros((rows, cols), dtype=np.int64)
    heading = np.zeros((rows, cols), dtype=np.int8)
    for bit in reversed(range(level)):
        quarter = (y >> bit & 1) * 2 + (x >> bit & 1)
        order <<= 2
        order += ranks[heading, quarter]
        heading = turns[heading, quarter]
    return _sorted(order)


def _quarters() -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the heading within each quarter of a square, and the quarter's turn.

    Both are (4 headings, 4 quarters), with the quarters in reading order.
    """
    headings = "".join(_TURNS)
    turns, ranks = np.zeros((4, 4), np.int8), np.zeros((4, 4), np.int8)
    for heading, walk in _TURNS.items():
        steps = [(0, 0), *(_STEPS[step] for step in walk[1::2])]
        places = np.cumsum(steps, axis=0)
        places -= places.min(axis=0)
        for rank, (y, x) in enumerate(places.tolist()):
            at = headings.index(heading), 2 * y + x
            turns[at] = headings.index(walk[2 * rank])
            ranks[at] = rank
    return turns, ranks


def _sorted(order: NDArray[np.int64]) -> Walk:
    walk = np.argsort(order, axis=None)
    walk.flags.writeable = False
    return walk


_kept_hilbert_walk = lru_cache(maxsize=32)(_hilbert_walk)


def level_to_cover(side: int) -> int:
    """Return the smallest level whose curve covers a side of this many pixels."""
    return (side - 1).bit_length()


def peano_walk(rows: int, cols: int) -> Walk:
    """Order the pixels of a picture along Peano's curve from the top left.

    It fills a square in three strips of three smaller squares, back and forth, each
    mirrored so that it begins where the one before it ends. The walk skips pixels
    outside the picture, so that the size of the largest square does not matter.

    Parameters
    ----------
    rows, cols : int
        Size of the picture.

    Returns
    -------
    array
        (rows * cols,) int64, each pixel once.
    """
    if rows * cols > _KEPT:
        return _peano_walk(rows, cols)
    return _kept_peano_walk(rows, cols)


def _peano_walk(rows: int, cols: int) -> Walk:
    side = 1
    while side < max(rows, cols):
        side *= 3
    y, x = np.indices((rows, cols))
    order = np.zeros((rows, cols), dtype=np.int64)
    while side > 1:
        side //= 3
        strip, square = y // side, x // side
        order = 9 * order + 3 * strip + np.where(strip % 2, 2 - square, square)
        y, x = y % side, x % side
        y = np.where(square % 2, side - 1 - y, y)
        x = np.where(strip % 2, side - 1 - x, x)
    return _sorted(order)


_kept_peano_walk = lru_cache(maxsize=32)(_peano_walk)
