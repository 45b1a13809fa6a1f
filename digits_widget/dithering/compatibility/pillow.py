"""Pillow: ``image.convert("1")``, in whole numbers."""

from __future__ import annotations

import numpy as np

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.compatibility.program import (
    Program,
    by_name,
    diffusing,
    fixed,
    recipe,
)
from digits_widget.dithering.pasted.light import WHOLE
from digits_widget.dithering.pasted.threshold import eight_bit_fixed

_ARITHMETIC = Arithmetic(
    dtype="int64",
    table=np.arange(256),
    apart=True,
    rounding="sum",
    clamp="read",
    middle=128,
    ties="down",
)

PILLOW = Program(
    name="pillow",
    version="13.0.0",
    methods=by_name(
        [
            *diffusing(["floyd-steinberg"], _ARITHMETIC, light=WHOLE),
            recipe("fixed-threshold", fixed, eight_bit_fixed),
        ]
    ),
)
"""The sum of shares is cut toward zero, and 128 itself is black."""
