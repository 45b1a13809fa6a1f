"""`Fading`: how a dither along a curve remembers its last errors."""

from __future__ import annotations

from dataclasses import dataclass

QUEUE = 16
"""Errors that are remembered, and how much heavier the newest weighs."""

WEIGHTS = tuple(float(round(QUEUE ** (k / (QUEUE - 1)))) for k in range(QUEUE))
"""Oldest first: 1 to 16."""


@dataclass(frozen=True)
class Fading:
    """The habits of one implementation."""

    weights: tuple[float, ...] = WEIGHTS
    """Of the remembered errors, oldest first."""

    divisor: float = QUEUE
    """The weighted sum is divided by this."""

    white: float = 255
    """What a white pixel is, in working values."""

    middle: float = 127.5
    """The threshold, in working values."""

    up: bool = True
    """Whether a value exactly on the threshold becomes white."""

    whole: bool = False
    """Values are rounded half up and clipped before they are compared."""

    original: bool = True
    """The error is measured from the original pixel, not from the corrected one."""
