"""FFmpeg's paletteuse filter: every cell is a byte.

Up to 5.1 the filter takes the palette's nearest colour in stored values; from 6.0 on it
takes the nearest in OkLab, whose lightness is the cube root of linear light (B.
Ottosson, A perceptual color space for image processing, 2020). Halfway between black
and white is then an eighth of white's light, a stored grey of 99.1. The filter measures
the error in stored values as before. The output was compared with the programs.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from digits_widget.dithering.arithmetic import Arithmetic, eight_bit
from digits_widget.dithering.codegen.text import WHOLE
from digits_widget.dithering.codegen.threshold import eight_bit_fixed
from digits_widget.dithering.compatibility.program import (
    Program,
    by_name,
    diffusing,
    fixed,
    recipe,
)
from digits_widget.dithering.images import Floats

_ARITHMETIC = Arithmetic(
    dtype="int64", table=np.arange(256), clamp="write", rounding="share"
)

_OKLAB = replace(_ARITHMETIC, middle=99.5)
"""Grey 99 is nearer to black, 100 to white."""

_KERNELS = ("floyd-steinberg", "false-floyd-steinberg", "sierra-2", "sierra-lite")

_NEWER_KERNELS = (*_KERNELS, "sierra-3", "burkes", "atkinson")


def _print_oklab(images: Floats) -> Floats:
    return (eight_bit(images) > _OKLAB.middle).astype(np.float32)


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

FFMPEG_9 = Program(
    name="ffmpeg-9",
    version="9.0.2",
    methods=by_name(
        [
            *diffusing(_NEWER_KERNELS, _OKLAB, light=WHOLE),
            recipe("fixed-threshold", _print_oklab, partial(eight_bit_fixed, 100)),
        ]
    ),
)
"""The same with the nearest colour in OkLab, as in every version from 6.0 on."""
