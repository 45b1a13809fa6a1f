"""FFmpeg's paletteuse filter: every cell is a byte."""

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
    dtype="int64", table=np.arange(256), clamp="write", rounding="share"
)

_KERNELS = ("floyd-steinberg", "false-floyd-steinberg", "sierra-2", "sierra-lite")

FFMPEG = Program(
    name="ffmpeg",
    version="5.1.9",
    methods=by_name(
        [
            *diffusing(_KERNELS, _ARITHMETIC, light=WHOLE),
            recipe("fixed-threshold", fixed, eight_bit_fixed),
        ]
    ),
)
"""Shares are cut toward zero, cells clamped at every write; it calls
false-floyd-steinberg "heckbert"."""
