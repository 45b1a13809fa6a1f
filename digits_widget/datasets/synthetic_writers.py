"""Synthetic writers, who each draw the bundled digits in their own way.

They give notebooks and first measurements a labelled set without data or network. The
set has few shapes, so it is easier than digits by people. It bends strokes in another
way than training does, because an evaluation must not use the training's augmentation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError, shortened
from digits_widget.samples import sample
from digits_widget.stroke import Stroke

Points = NDArray[np.float64]

_GRID = 4
"""Knots along each side of the grid that bends a writer's strokes."""

_SIGNS: Mapping[int, tuple[tuple[float, float], ...]] = {
    0: ((0.66, 0.2), (0.34, 0.8)),
    1: ((0.37, 0.36), (0.47, 0.28), (0.55, 0.17)),
    7: ((0.38, 0.51), (0.7, 0.48)),
}
"""Lines that some writers add to a sample, x and y: a slash, a flag, a bar."""


@dataclass(frozen=True, eq=False)
class SyntheticWriter:
    """How one writer's hand differs from the one that drew the samples."""

    turn: float
    """Rotation in degrees, clockwise."""

    slant: float
    """Slant: columns to the right for each row up."""

    stretch: float
    """Factor on the ratio of width to height; above 0."""

    pull: Points
    """(4, 4, 2) float64, x and y: the shift of each knot of a grid over the ink, in
    shares of the ink's longer side."""

    haste: float
    """Standard deviation of a further random shift in each drawing, in the same
    unit."""

    pen: float
    """Pen width as a share of the canvas side."""

    adds_signs: bool
    """Whether the writer slashes zeros, flags ones and bars sevens."""

    @classmethod
    def imagine(cls, random: np.random.Generator) -> SyntheticWriter:
        """Make a random writer."""
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
        """Draw the bundled sample of `digit` in this hand.

        Parameters
        ----------
        digit : int
            0 to 9.
        random : numpy.random.Generator
            Source of the size, position and variation.
        """
        drawing = sample(digit)
        if self.adds_signs and digit in _SIGNS:
            drawing += Stroke(_SIGNS[digit])
        return self.draw(drawing, random)

    def draw(self, drawing: Drawing, random: np.random.Generator) -> Drawing:
        """Draw the same digit in this hand, at a random size and position.

        Parameters
        ----------
        drawing : Drawing
            A drawing with ink; each stroke keeps its times.
        random : numpy.random.Generator
            Source of the position, the size (0.35 to 0.8 of the side) and the shift.
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
    """Let `count` synthetic writers draw the ten digits once each.

    Parameters
    ----------
    count : int
        Number of writers, 1 to 10,000.
    seed : int
        The same seed gives the same writers and drawings.

    Returns
    -------
    LabelledDrawings
        10 times `count` drawings: all digits of the first writer, then of the next.

    Raises
    ------
    OptionError
        `count` is not from 1 to 10,000.
    """
    if isinstance(count, bool) or count not in range(1, 10_001):
        msg = f"Got {shortened(count)} writers, expected a number from 1 to 10,000."
        raise OptionError(msg)
    random = np.random.default_rng(seed)
    drawings, writers = [], []
    for number in range(1, count + 1):
        writer = SyntheticWriter.imagine(random)
        drawings += [writer.write(digit, random) for digit in range(10)]
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
    # A Gaussian around each knot, so that lines bend and never break.
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
    # Keep half a pen width free at each edge, so that no ink is cut off.
    corner = random.uniform(pen / 2, 1 - pen / 2 - (high - low) * scale)
    return [np.clip((stroke - low) * scale + corner, 0, 1) for stroke in strokes]
