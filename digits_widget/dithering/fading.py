"""`Fading`: how a dither along a curve remembers its last errors."""

from __future__ import annotations

from dataclasses import dataclass

QUEUE = 16
"""Number of remembered errors, and the ratio of the newest weight to the oldest."""

WEIGHTS = tuple(float(round(QUEUE ** (k / (QUEUE - 1)))) for k in range(QUEUE))
"""Weights of the remembered errors, oldest first: 1 to 16."""


@dataclass(frozen=True)
class Fading:
    """The parameters of one implementation."""

    weights: tuple[float, ...] = WEIGHTS
    """Weights of the remembered errors, oldest first."""

    divisor: float = QUEUE
    """Divisor of the weighted sum."""

    white: float = 255
    """Working value of a white pixel."""

    middle: float = 127.5
    """The threshold, in working values."""

    up: bool = True
    """Whether a value exactly on the threshold becomes white."""

    whole: bool = False
    """Whether values are rounded half up and clipped before they are compared."""

    original: bool = True
    """Whether the error is measured from the original pixel, not the corrected one."""
