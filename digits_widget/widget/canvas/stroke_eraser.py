"""`untouched`: the strokes that a sweep of the stroke eraser leaves."""

from __future__ import annotations

from itertools import dropwhile

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing, Stroke

_STEP = 0.01
"""Distance between the spots where a sweep looks for ink, as a share of the side."""

REACH = 0.01
"""How far beside the line a sweep still touches, as a share of the canvas side."""


def untouched(drawing: Drawing, sweep: Stroke) -> Drawing:
    """Return `drawing` without the strokes of ink that `sweep` touches.

    Parameters
    ----------
    drawing : Drawing
        The drawing on the paper.
    sweep : Stroke
        The eraser's path. Its width does not matter: only its middle touches ink.

    Returns
    -------
    Drawing
        `drawing` itself, if the sweep touches nothing. Eraser strokes at its beginning
        go too, once no ink is left under them.
    """
    spots = _spots(sweep.points)
    kept = [stroke for stroke in drawing if not _touches(spots, stroke)]
    if len(kept) == len(drawing):
        return drawing
    return Drawing(dropwhile(lambda stroke: not stroke.ink, kept))


def _touches(spots: NDArray[np.float64], stroke: Stroke) -> bool:
    if not stroke.ink:
        return False
    reach = stroke.width / 2 + REACH
    near = (spots >= stroke.points.min(axis=0) - reach).all(axis=1)
    near &= (spots <= stroke.points.max(axis=0) + reach).all(axis=1)
    if not near.any():
        return False
    return bool(_distances(spots[near], stroke.points).min() <= reach)


def _spots(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points so close together that no thin line fits between two of them."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(lengths)])
    stops = np.linspace(0, way[-1], int(way[-1] / _STEP) + 2)
    return np.stack([np.interp(stops, way, axis) for axis in points.T], axis=1)


def _distances(
    spots: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distance of each spot to each segment of the line through `points`."""
    start, piece = points[:-1], np.diff(points, axis=0)
    if not len(piece):
        start, piece = points, np.zeros_like(points)
    length = np.maximum((piece * piece).sum(axis=1), 1e-18)
    way = spots[:, None] - start
    along = np.clip((way * piece).sum(axis=2) / length, 0, 1)
    gap: NDArray[np.float64] = np.linalg.norm(way - along[..., None] * piece, axis=2)
    return gap
