"""Finds the connected parts of a mask."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Run = tuple[int, int, int]


def components(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Label the parts of a mask that are connected by sides or corners.

    The algorithm joins the runs of each row with those they touch in the row above, in
    a disjoint-set forest (after Rosenfeld and Pfaltz, JACM 13, 1966).

    Parameters
    ----------
    mask : ndarray
        (rows, cols) bool.

    Returns
    -------
    tuple
        (rows, cols) int32, the number of the part from 1, and 0 outside the mask; and
        the number of parts.
    """
    steps = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    roots = _roots(_runs_by_row(rows, starts, ends, len(mask)), len(rows))
    kinds, numbers = np.unique(np.array(roots, np.intp), return_inverse=True)
    labels = np.zeros((mask.shape[0], mask.shape[1] + 1), np.int32)
    labels[rows, starts] += (numbers + 1).astype(np.int32)
    labels[rows, ends] -= (numbers + 1).astype(np.int32)
    return np.cumsum(labels, axis=1, dtype=np.int32)[:, :-1], len(kinds)


def _runs_by_row(
    rows: NDArray[np.intp], starts: NDArray[np.intp], ends: NDArray[np.intp], count: int
) -> list[list[Run]]:
    runs = list(zip(range(len(rows)), starts.tolist(), ends.tolist(), strict=True))
    bounds = np.searchsorted(rows, np.arange(count + 1)).tolist()
    return [runs[low:high] for low, high in pairwise(bounds)]


def _roots(lines: list[list[Run]], count: int) -> list[int]:
    parents = list(range(count))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    for above, below in pairwise(lines):
        for first, second in _touching(above, below):
            parents[root(second)] = root(first)
    return [root(run) for run in range(count)]


def _touching(above: list[Run], below: list[Run]) -> list[tuple[int, int]]:
    """Return the pairs of runs in two neighbouring rows that touch."""
    pairs, i, j = [], 0, 0
    while i < len(above) and j < len(below):
        (first, left, right), (second, start, end) = above[i], below[j]
        if left <= end and start <= right:
            pairs.append((first, second))
        if right < end:
            i += 1
        else:
            j += 1
    return pairs
