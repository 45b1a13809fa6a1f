"""Curves of Hilbert and Peano: walks over a picture that stay near themselves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

_STEPS = {"N": (-1, 0), "S": (1, 0), "W": (0, -1), "E": (0, 1)}

_TURNS = {"N": "WSNENNE", "E": "SWENEEN", "S": "ENSWSSW", "W": "NEWSWWS"}
"""For each heading: a smaller walk, a step, a smaller walk, and so on, four and three.
The smallest walk makes the three steps alone."""


@lru_cache(maxsize=32)
def hilbert_walk(rows: int, cols: int, level: int) -> tuple[int, ...]:
    """Order the pixels of a picture along Hilbert's curve from the top left.

    Parameters
    ----------
    rows, cols : int
        The picture. The curve fills a square; what lies outside is skipped.
    level : int
        The curve's square has a side of 2 to the power of this.

    Returns
    -------
    tuple of int
        Indices into the flattened picture, each at most once.
    """
    y = x = 0
    found = [0]
    for step in _steps("N", level):
        dy, dx = _STEPS[step]
        y, x = y + dy, x + dx
        if 0 <= y < rows and 0 <= x < cols:
            found.append(y * cols + x)
    return tuple(found)


def _steps(heading: str, level: int) -> Iterator[str]:
    if level < 1:
        return
    for place, turn in enumerate(_TURNS[heading]):
        if place % 2:
            yield turn
        else:
            yield from _steps(turn, level - 1)


def level_to_cover(side: int) -> int:
    """Give the smallest level whose curve covers a side of so many pixels."""
    return (side - 1).bit_length()


@lru_cache(maxsize=32)
def peano_walk(rows: int, cols: int) -> tuple[int, ...]:
    """Order the pixels of a picture along Peano's curve from the top left.

    It fills a square in three strips of three smaller squares, there and back, each
    of them mirrored so that it begins where the one before it ends. What lies outside
    the picture is skipped, so that the size of the largest square does not matter.

    Parameters
    ----------
    rows, cols : int
        The picture.

    Returns
    -------
    tuple of int
        Indices into the flattened picture, each once.
    """
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
    return tuple(np.argsort(order, axis=None).tolist())
