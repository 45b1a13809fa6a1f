"""Choose between the two levels around a grey, by a threshold for each pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.images import Floats
from digits_widget.dithering.linear_light import to_linear
from digits_widget.option import Option

LEVELS = Option(
    "How many greys are printed, black and white included.", 2, low=2, high=256
)
LINEAR = Option(
    "Whether stored greys are first turned into linear light.",
    False,
    choices=(False, True),
)
STRENGTH = Option("How far thresholds stray from one half.", 1.0, low=0, high=1)


def print_against(
    images: Floats,
    thresholds: NDArray[np.float64],
    *,
    strength: float = 1.0,
    levels: int = 2,
    linear: bool = False,
) -> Floats:
    """Print the upper level where a grey lies far enough above the lower one.

    Parameters
    ----------
    images : array
        (n, rows, cols) floats in [0, 1].
    thresholds : array
        (rows, cols) in (0, 1): position between the lower and the upper level.
    strength, levels, linear
        See `STRENGTH`, `LEVELS` and `LINEAR`.

    Returns
    -------
    array
        (n, rows, cols) float32 in [0, 1].
    """
    if strength != 1:
        thresholds = 0.5 + strength * (thresholds - 0.5)
    light = to_linear(images) if linear else images
    if levels == 2:
        return (light > thresholds).astype(np.float32)
    greys: Floats = np.linspace(0, 1, levels)
    greys = to_linear(greys) if linear else greys
    lower = np.searchsorted(greys, light, side="right") - 1
    lower = np.minimum(lower, levels - 2)
    share = (light - greys[lower]) / (greys[lower + 1] - greys[lower])
    return ((lower + (share > thresholds)) / (levels - 1)).astype(np.float32)
