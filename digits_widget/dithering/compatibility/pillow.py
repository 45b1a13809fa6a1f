"""Pillow: ``image.convert("1")``, in whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageMode

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.codegen.text import WHOLE
from digits_widget.dithering.codegen.threshold import eight_bit_fixed
from digits_widget.dithering.compatibility.program import (
    Program,
    by_name,
    diffusing,
    fixed,
    recipe,
)

_ARITHMETIC = Arithmetic(
    dtype="int64",
    table=np.arange(256),
    apart=True,
    rounding="sum",
    clamp="read",
    middle=128,
    ties="down",
)

_PALETTES = {"P", "PA"}

_LUMA = np.array([299, 587, 114])
"""Thousandths of red, green and blue (ITU-R BT.601)."""


def _greys_of(picture: Image.Image) -> NDArray[np.uint8]:
    """Make greys of a picture as ``convert("1")`` does, in whole numbers.

    Pillow never dithers a picture with a palette: it comes out in two greys here, which
    dithering leaves as they are. Pillow ignores transparency.
    """
    if picture.mode in _PALETTES:
        return np.asarray(picture.convert("1").convert("L"))
    if picture.mode not in {"1", "L", "RGB"}:
        picture = picture.convert(ImageMode.getmode(picture.mode).basemode)
    if picture.mode != "RGB":
        return np.asarray(picture.convert("L"))
    luma: NDArray[np.int64] = np.asarray(picture) @ _LUMA // 1000
    return luma.astype(np.uint8)


PILLOW = Program(
    name="pillow",
    version="13.0.0",
    methods=by_name(
        [
            *diffusing(["floyd-steinberg"], _ARITHMETIC, light=WHOLE),
            recipe("fixed-threshold", fixed, eight_bit_fixed),
        ]
    ),
    greys_of=_greys_of,
)
"""It cuts the sum of shares toward zero, and prints 128 black."""
