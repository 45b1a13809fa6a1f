"""Draws scribbles, letters and signs that a model should not be sure about.

A seeded generator makes them. Training labels them with ten equal confidences;
evaluation counts how often a model is sure about them anyway.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import PEN_WIDTH, Drawing, Stroke

Lines = tuple[tuple[tuple[float, float], ...], ...]

# Corners of letters and signs on a grid from (0, 0), top left, to (4, 6). Letters that
# look like a handwritten digit (I, O, S, Z, B, C, D, G, J, L, Q, U) are left out.
_SHAPES: dict[str, Lines] = {
    "A": (((0, 6), (2, 0), (4, 6)), ((0.8, 4), (3.2, 4))),
    "E": (((4, 0), (0, 0), (0, 6), (4, 6)), ((0, 3), (3, 3))),
    "F": (((4, 0), (0, 0), (0, 6)), ((0, 3), (3, 3))),
    "H": (((0, 0), (0, 6)), ((4, 0), (4, 6)), ((0, 3), (4, 3))),
    "K": (((0, 0), (0, 6)), ((4, 0), (0, 3.5), (4, 6))),
    "M": (((0, 6), (0, 0), (2, 4), (4, 0), (4, 6)),),
    "N": (((0, 6), (0, 0), (4, 6), (4, 0)),),
    "R": (((0, 6), (0, 0), (3, 0), (4, 1.5), (3, 3), (0, 3)), ((1.5, 3), (4, 6))),
    "T": (((0, 0), (4, 0)), ((2, 0), (2, 6))),
    "V": (((0, 0), (2, 6), (4, 0)),),
    "W": (((0, 0), (1, 6), (2, 2), (3, 6), (4, 0)),),
    "X": (((0, 0), (4, 6)), ((4, 0), (0, 6))),
    "k": (((0.5, 0), (0.5, 6)), ((3, 2.5), (0.5, 4), (3.2, 6))),
    "m": (((0, 6), (0, 2), (1, 2), (2, 3), (2, 6)), ((2, 3), (3, 2), (4, 3), (4, 6))),
    "plus": (((2, 1), (2, 5)), ((0, 3), (4, 3))),
    "equals": (((0, 2), (4, 2)), ((0, 4), (4, 4))),
    "minus": (((0, 3), (4, 3)),),
    "hash": (((1, 0), (1, 6)), ((3, 0), (3, 6)), ((0, 2), (4, 2)), ((0, 4), (4, 4))),
    "star": (((2, 0), (2, 6)), ((0, 1.5), (4, 4.5)), ((4, 1.5), (0, 4.5))),
    "triangle": (((2, 0.5), (0, 5), (4, 5), (2, 0.5)),),
    "square": (((0, 1), (4, 1), (4, 5), (0, 5), (0, 1)),),
    "house": (((0, 6), (0, 2), (2, 0), (4, 2), (4, 6), (0, 6)),),
    "arrow": (((0, 3), (4, 3)), ((2.5, 1.5), (4, 3), (2.5, 4.5))),
    "envelope": (((0, 1), (4, 1), (4, 5), (0, 5), (0, 1)), ((0, 1), (2, 3.5), (4, 1))),
}


def scribble(random: np.random.Generator, *, width: float = PEN_WIDTH) -> Drawing:
    """Draw one to three random lines.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of the random shape, size and position.
    width : float
        Pen width as a share of the canvas side, in (0, 1].
    """
    strokes = []
    for _ in range(int(random.integers(1, 4))):
        count = int(random.integers(25, 90))
        # A drifting turning rate gives loops and zigzags.
        turning = np.cumsum(random.normal(0, random.uniform(0.05, 0.35), count))
        heading = np.cumsum(turning * 0.25) + random.uniform(0, 2 * np.pi)
        jerk = random.random(count) < random.uniform(0, 0.12)
        heading += np.cumsum(jerk * random.uniform(-2.6, 2.6, count))
        steps = np.stack([np.cos(heading), np.sin(heading)], axis=1)
        strokes.append(np.cumsum(steps, axis=0) + random.normal(0, 8, 2))
    return _placed(strokes, random, width)


def letter(random: np.random.Generator, *, width: float = PEN_WIDTH) -> Drawing:
    """Draw a letter or sign that is not a digit, with a shaky hand.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of the random shape, size and position.
    width : float
        Pen width as a share of the canvas side, in (0, 1].
    """
    shape = _SHAPES[str(random.choice(list(_SHAPES)))]
    turn = random.normal(0, 0.12)
    slant, aspect = random.normal(0, 0.15), np.exp(random.normal(0, 0.2))
    matrix = np.array([[aspect, slant + turn], [-turn, 1 / aspect]])
    strokes = []
    for corners in shape:
        moved = np.array(corners) + random.normal(0, 0.22, (len(corners), 2))
        strokes.append(_along(moved @ matrix.T, random))
    return _placed(strokes, random, width)


def non_digits(count: int, *, seed: int = 0) -> tuple[Drawing, ...]:
    """Draw scribbles and letters in turn.

    Parameters
    ----------
    count : int
        Number of drawings.
    seed : int
        The same seed gives the same drawings.
    """
    random = np.random.default_rng(seed)
    makers = (scribble, letter)
    return tuple(makers[index % 2](random) for index in range(count))


def _along(
    corners: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return points along the line of the corners, with a little noise."""
    parts = [
        start + (end - start) * np.linspace(0, 1, 9)[:, None]
        for start, end in pairwise(corners)
    ]
    line = np.concatenate(parts)
    return line + np.cumsum(random.normal(0, 0.05, line.shape), axis=0)


def _placed(
    strokes: list[NDArray[np.float64]], random: np.random.Generator, width: float
) -> Drawing:
    """Place the strokes on the canvas at a random size and position."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = random.uniform(0.5, 0.8) / max(float((high - low).max()), 1e-9)
    corner = random.uniform(width / 2, 1 - width / 2 - (high - low) * scale)
    placed = [np.clip((stroke - low) * scale + corner, 0, 1) for stroke in strokes]
    return Drawing(Stroke(stroke, width=width) for stroke in placed)
