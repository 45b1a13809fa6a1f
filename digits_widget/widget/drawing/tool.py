"""`Tool`: what the hand holds."""

from __future__ import annotations

from enum import Enum


class Tool(Enum):
    """What a stroke on the paper does. The values are what the switch calls them."""

    PEN = "Pen"
    """Leaves ink."""

    STROKES = "Erase strokes"
    """Takes away every whole stroke that it touches."""

    INK = "Erase ink"
    """Paints white: a stroke of the eraser, kept and replayed as any other."""
