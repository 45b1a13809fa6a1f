"""Adds regional forms of digits: flagged ones, barred sevens, slashed zeros.

Most of the pen digits come from the United States, where a one is a bare line. A model
that was trained on few flags reads a flagged one as a seven.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from digits_widget.training.stroke_augmentation import Points

_CHANCE = {1: 0.35, 7: 0.25, 0: 0.12}
"""Share of the digits with an addition."""


def add_regional(
    strokes: Sequence[Points], label: int, random: np.random.Generator
) -> Sequence[Points]:
    """Return the strokes of a one, seven or zero, sometimes with its regional addition.

    Digits of several strokes stay as they are: they may have it already.

    Parameters
    ----------
    strokes : sequence of ndarray
        (n, 2) each: x and y.
    label : int
        The digit, 0 to 9.
    random : numpy.random.Generator
        Source of the random choices.
    """
    if len(strokes) != 1 or random.random() >= _CHANCE.get(label, 0.0):
        return strokes
    adders: dict[int, Callable[[Points, np.random.Generator], list[Points]]] = {
        1: _flagged,
        7: _barred,
        0: _slashed,
    }
    return adders[label](strokes[0], random)


def _flagged(line: Points, random: np.random.Generator) -> list[Points]:
    """Lead up to the top of a bare one from the lower left."""
    width, height = np.ptp(line, axis=0)
    if len(line) < 2 or width > 0.45 * height:
        return [line]
    down = line if line[0, 1] < line[-1, 1] else line[::-1]
    angle, length = random.uniform(0.35, 1.15), random.uniform(0.2, 0.65)
    foot = down[0] + length * np.array([-math.cos(angle), math.sin(angle)])
    share = np.linspace(0, 1, 7)[:-1, None]
    # Most flags are a little hollow or bulging.
    bulge = random.normal(0, 0.03) * np.sin(math.pi * share)
    flag = foot + (down[0] - foot) * share + bulge
    return [np.concatenate([flag, down]).astype(np.float32)]


def _barred(line: Points, random: np.random.Generator) -> list[Points]:
    """Cross the leg of a seven with a short bar."""
    if len(line) < 4:
        return [line]
    steps = np.hypot(*np.diff(line, axis=0).T).cumsum()
    place = int(np.searchsorted(steps, random.uniform(0.58, 0.75) * steps[-1]))
    half, tilt = random.uniform(0.12, 0.28), random.normal(0, 0.2)
    arm = half * np.array([math.cos(tilt), math.sin(tilt)])
    middle = line[place] + random.normal(0, 0.03, 2)
    bar = np.linspace(middle - arm, middle + arm, 5)
    return [line, bar.astype(np.float32)]


def _slashed(line: Points, random: np.random.Generator) -> list[Points]:
    """Cross a zero from the lower left to the upper right, or seldom the other way."""
    low, high = line.min(axis=0), line.max(axis=0)
    reach = random.uniform(0.6, 1.25)
    half = (high - low) / 2 * reach * np.array([1, -1 if random.random() < 0.85 else 1])
    middle = (low + high) / 2 + random.normal(0, 0.03, 2)
    slash = np.linspace(middle - half, middle + half, 9)
    return [line, slash.astype(np.float32)]
