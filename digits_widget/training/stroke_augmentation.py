"""Augments strokes for training with the variation of hands, pens and canvases.

Every random number comes from the caller's generator, so that a seed decides the whole
training set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digits_widget.drawing import Drawing

Points = NDArray[np.float32]
"""(n, 2) float32 of x, y; the ink's longest side is 1 and its middle is (0, 0)."""

_FINE = 4
"""Pixels of the drawing for one of the 28x28 picture, along a side."""

_SPACING = 0.025
"""Least distance between points, as a share of the digit's size."""

_FILTERS = (
    Image.Resampling.BOX,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)


def normalise(drawing: Drawing) -> tuple[Points, ...]:
    """Move and scale a drawing's strokes to the size 1 around (0, 0), and thin them."""
    strokes = [np.asarray(stroke.points, np.float32) for stroke in drawing]
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-6)
    return tuple(_thin((stroke - (low + high) / 2) / size) for stroke in strokes)


def vary(
    strokes: Sequence[Points], random: np.random.Generator, *, strength: float = 1.0
) -> list[Points]:
    """Rotate, slant, stretch and bend the strokes at random.

    Parameters
    ----------
    strokes : sequence of ndarray
        Normalised strokes, as from `normalise`.
    random : numpy.random.Generator
        Source of the random choices.
    strength : float
        Factor on every change; 0 changes nothing, 1 is usual.
    """
    turn = math.radians(random.normal(0, 7)) * strength
    slant = random.normal(0, 0.18) * strength
    stretch = math.exp(random.normal(0, 0.12) * strength)
    matrix = np.array(
        [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    ) @ np.array([[stretch, slant], [0, 1 / stretch]])
    bend = random.normal(0, 0.022, (2, 2)) * strength
    wave = random.uniform(2, 7, (2, 2))
    phase = random.uniform(0, 2 * math.pi, (2, 2))
    shake = random.uniform(0, 0.008) * strength
    # The bars of fives and fours vary in position, sometimes by a lot.
    apart = strength * (0.06 if random.random() < 0.25 else 0.02)
    varied = []
    for stroke in strokes:
        points = _hasty(stroke, random, strength) @ matrix.T
        waves = np.sin(points[:, None, :] * wave + phase)
        points = points + (bend * waves).sum(axis=2)
        points += random.normal(0, shake, points.shape)
        # The parts of a digit never meet in exactly the same place.
        if len(strokes) > 1:
            points += random.normal(0, apart, 2)
        varied.append(points.astype(np.float32))
    return varied


def _hasty(stroke: Points, random: np.random.Generator, strength: float) -> Points:
    """Cut up to an eighth off either end of a long line, one time in four.

    Then zeros and eights stay open, as in hasty writing.
    """
    if len(stroke) < 16 or random.random() > 0.25:
        return stroke
    first, last = (random.uniform(0, strength / 8, 2) * len(stroke)).astype(int)
    return stroke[first : len(stroke) - last]


def draw_framed(
    strokes: Sequence[Points], random: np.random.Generator
) -> NDArray[np.uint8]:
    """Draw the strokes like the ``mnist`` preset: fitted in 20x20 and centred by mass.

    Parameters
    ----------
    strokes : sequence of ndarray
        Normalised strokes, as from `normalise`.
    random : numpy.random.Generator
        Source of the random choices.

    Returns
    -------
    ndarray
        (28, 28) uint8, 255 is ink.
    """
    pen = math.exp(random.uniform(math.log(0.045), math.log(0.17)))
    box = 20 if random.random() < 0.8 else int(random.integers(17, 24))
    side = 20 * _FINE
    points = [stroke * side + side for stroke in strokes]
    canvas = _ink(points, pen * side, 2 * side)
    cropped = canvas.crop(canvas.getbbox() or (0, 0, 1, 1))
    scale = box / max(cropped.size)
    size = (max(1, round(cropped.width * scale)), max(1, round(cropped.height * scale)))
    small = np.asarray(cropped.resize(size, random.choice(_FILTERS)))
    nudge = random.normal(0, 0.8, 2) if random.random() < 0.3 else np.zeros(2)
    return _centred(small, nudge)


def draw_on_canvas(
    strokes: Sequence[Points], random: np.random.Generator
) -> NDArray[np.uint8]:
    """Draw the strokes at a random place and size, and shrink the canvas to 28x28.

    Parameters
    ----------
    strokes : sequence of ndarray
        Normalised strokes, as from `normalise`.
    random : numpy.random.Generator
        Source of the random choices.

    Returns
    -------
    ndarray
        (28, 28) uint8, 255 is ink.
    """
    side = 28 * _FINE
    width = math.exp(random.uniform(math.log(0.045), math.log(0.1)))
    size = random.uniform(0.42, 0.9)
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    size /= max(float((high - low).max()), 1e-6)
    free = np.maximum(1 - width - (high - low) * size, 0)
    corner = width / 2 + random.uniform(0, 1, 2) * free
    placed = [((stroke - low) * size + corner) * side for stroke in strokes]
    canvas = _ink(placed, width * side, side)
    return np.asarray(canvas.resize((28, 28), random.choice(_FILTERS)))


def _thin(points: Points) -> Points:
    keep, last = [0], points[0]
    for index in range(1, len(points) - 1):
        step = points[index] - last
        if step @ step >= _SPACING**2:
            keep.append(index)
            last = points[index]
    if len(points) > 1:
        keep.append(len(points) - 1)
    return points[keep]


def _ink(strokes: Sequence[Points], width: float, side: int) -> Image.Image:
    """Draw round-ended lines; strokes and width in pixels of the canvas."""
    canvas = Image.new("L", (side, side))
    pen = ImageDraw.Draw(canvas)
    radius = max(width / 2, 0.6)
    for stroke in strokes:
        line = stroke.tolist()
        if len(line) > 1:
            pen.line([tuple(p) for p in line], fill=255, width=max(1, round(width)))
        for x, y in line:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return canvas


def _centred(small: NDArray[np.uint8], nudge: NDArray[np.float64]) -> NDArray[np.uint8]:
    rows, cols = small.shape
    mass = max(float(small.sum(dtype=np.float64)), 1e-6)
    y = float(small.sum(axis=1, dtype=np.float64) @ np.arange(rows)) / mass
    x = float(small.sum(axis=0, dtype=np.float64) @ np.arange(cols)) / mass
    top = min(max(round(14 - y + nudge[0]), 0), 28 - rows)
    left = min(max(round(14 - x + nudge[1]), 0), 28 - cols)
    field = np.zeros((28, 28), np.uint8)
    field[top : top + rows, left : left + cols] = small
    return field
