"""Imaginary hands that draw the bundled digits, each in its own way.

A labelled set for where there is none: notebooks and first measurements need no data
and no network. It has few shapes, so it is kinder than people are. On purpose it does
not bend strokes as training does: what measures should not be what taught.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.labelled.digits import LabelledDrawings
from digits_widget.samples import sample
from digits_widget.stroke import Stroke

Points = NDArray[np.float64]

_GRID = 4
"""Knots along each side of the grid that a hand's habits pull at."""

_SIGNS: Mapping[int, tuple[tuple[float, float], ...]] = {
    0: ((0.66, 0.2), (0.34, 0.8)),
    1: ((0.37, 0.36), (0.47, 0.28), (0.55, 0.17)),
    7: ((0.38, 0.51), (0.7, 0.48)),
}
"""What some hands add to a sample, x and y: a slash, a flag, a bar."""


@dataclass(frozen=True, eq=False)
class Hand:
    """How one hand differs from the one that drew the samples."""

    turn: float
    """Degrees, clockwise."""

    slant: float
    """Columns to the right for each row up."""

    stretch: float
    """Width over height, against the drawing's own; above 0."""

    pull: Points
    """(4, 4, 2) float64, x and y: how far it moves each knot of a grid over the ink, in
    shares of the ink's longer side."""

    haste: float
    """How far chance moves the knots each time, in the same unit."""

    pen: float
    """Width of the pen as a share of the canvas side."""

    adds_signs: bool
    """Whether it slashes its zeros, flags its ones and bars its sevens."""

    @classmethod
    def imagine(cls, random: np.random.Generator) -> Hand:
        """Make up a hand."""
        return cls(
            turn=float(random.normal(0, 9)),
            slant=float(random.normal(0.05, 0.25)),
            stretch=math.exp(random.normal(0, 0.2)),
            pull=random.normal(0, random.uniform(0.03, 0.12), (_GRID, _GRID, 2)),
            haste=random.uniform(0.02, 0.1),
            pen=random.uniform(10, 26) / 280,
            adds_signs=bool(random.random() < 0.35),
        )

    def write(self, digit: int, random: np.random.Generator) -> Drawing:
        """Draw the sample of `digit` in this hand."""
        drawing = sample(digit)
        if self.adds_signs and digit in _SIGNS:
            drawing += Stroke(_SIGNS[digit])
        return self.draw(drawing, random)

    def draw(self, drawing: Drawing, random: np.random.Generator) -> Drawing:
        """Draw the same digit in this hand, at a place and size that chance decides.

        Parameters
        ----------
        drawing : Drawing
            With ink; each stroke keeps its times.
        random : numpy.random.Generator
            Decides place, size (0.35 to 0.8 of the side) and what changes each time.
        """
        unit = _to_unit([stroke.points for stroke in drawing])
        pull = self.pull + random.normal(0, self.haste, self.pull.shape)
        bent = [(points + _pulled(points, pull)) @ self._matrix().T for points in unit]
        placed = _placed(bent, random, self.pen)
        return Drawing(
            Stroke(points, stroke.times, width=self.pen, ink=stroke.ink)
            for points, stroke in zip(placed, drawing, strict=True)
        )

    def _matrix(self) -> Points:
        angle, wide = math.radians(self.turn), math.sqrt(self.stretch)
        turned = np.array(
            [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        )
        slanted = np.array([[wide, -self.slant], [0, 1 / wide]])
        matrix: Points = turned @ slanted
        return matrix


def drawn_by(count: int, *, seed: int = 0) -> LabelledDrawings:
    """Let `count` imaginary hands draw the ten digits, one each.

    Parameters
    ----------
    count : int
        Hands, 1 to 10,000.
    seed : int
        Decides the hands; the same seed gives the same drawings.

    Returns
    -------
    LabelledDrawings
        10 times `count` drawings: all digits of the first hand, then of the next.

    Raises
    ------
    OptionError
        Another number of hands.
    """
    if isinstance(count, bool) or count not in range(1, 10_001):
        msg = f"Got {count!r} hands, expected a whole number from 1 to 10,000."
        raise OptionError(msg)
    random = np.random.default_rng(seed)
    drawings, writers = [], []
    for number in range(1, count + 1):
        hand = Hand.imagine(random)
        drawings += [hand.write(digit, random) for digit in range(10)]
        writers += [f"hand {number}"] * 10
    labels = np.tile(np.arange(10, dtype=np.int64), count)
    return LabelledDrawings(tuple(drawings), labels, tuple(writers))


def _to_unit(strokes: list[Points]) -> list[Points]:
    """Move and scale to a longer side of 1 around (0, 0)."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    return [(stroke - (low + high) / 2) / size for stroke in strokes]


def _pulled(points: Points, pull: Points) -> Points:
    """Return how far each point moves: smoothly blended between the knots, (n, 2)."""
    place = np.clip(points + 0.5, 0, 1) * (_GRID - 1)
    # A bell around each knot, so that lines bend and never break.
    away = place[:, :, None] - np.arange(_GRID)
    weights = np.exp(-(away**2))
    weights /= weights.sum(axis=2, keepdims=True)
    moved: Points = np.einsum("ni,nj,jik->nk", weights[:, 0], weights[:, 1], pull)
    return moved


def _placed(
    strokes: list[Points], random: np.random.Generator, pen: float
) -> list[Points]:
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = random.uniform(0.35, 0.8) / max(float((high - low).max()), 1e-9)
    # Half a pen stays free at each edge, so that no ink is cut off.
    corner = random.uniform(pen / 2, 1 - pen / 2 - (high - low) * scale)
    return [np.clip((stroke - low) * scale + corner, 0, 1) for stroke in strokes]
