"""Code for ImageMagick's prints in black and white.

The code works on `deep`, whole numbers from 0, black, to 65535, white. ImageMagick
chooses the greys of a picture with an octree; the code imports that, see
`text.imported`.
"""

from __future__ import annotations

from digits_widget.dithering.codegen.text import WHOLE, Lines
from digits_widget.dithering.codegen.walk import COVER, DEEPER, faded, places
from digits_widget.dithering.imagemagick.onto_greys import (
    falling_weights,
    rising_weights,
)

DEEP = f"deep = {WHOLE}.astype(int) * 257"
"""The line before all others."""


def nearest() -> Lines:
    """Write `nearest_onto` for black and white as code."""
    return (DEEP, "image = (deep > 32767).astype(np.float32)")


def riemersma(version: int) -> Lines:
    """Write `riemersma_onto` for black and white as code."""
    falls = version == 6
    return (
        DEEP,
        *places(DEEPER if falls else COVER),
        *faded(falling_weights() if falls else rising_weights()),
        "errors = [0.0] * 16",
        "image = np.zeros(image.shape, np.float32)",
        "for y, x in places:",
        "    value = np.cumsum([deep[y, x], *np.multiply(weights, errors)])[-1]",
        "    value = min(max(int(np.floor(value + 0.5)), 0), 65535)",
        "    white = int(value > 32767)",
        "    image[y, x] = white",
        "    errors = [*errors[1:], value - 65535 * white]",
    )
