"""makeworld's dither, a Go package: linear light in 16 bits, with clamped writes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.bayer import SIZE, bayer_map
from digits_widget.dithering.codegen.ordered import bayer_ranks
from digits_widget.dithering.codegen.text import GREYS, TO_LINEAR, Lines
from digits_widget.dithering.compatibility.program import (
    Greys,
    Program,
    by_name,
    diffusing,
    mapped,
    print_ranks,
    recipe,
)
from digits_widget.dithering.diffusion import SCAN
from digits_widget.dithering.images import Floats
from digits_widget.dithering.linear_light import to_linear
from digits_widget.dithering.ordered_map import TRANSPOSE

_LIGHT = np.rint(to_linear(np.arange(256) / 255) * 65535)

_LINEAR_LIGHT = "np.rint(linear(np.arange(256) / 255) * 65535)"
"""The same as code to paste."""

_ARITHMETIC = Arithmetic(
    white=65535,
    dtype="float32",
    table=_LIGHT,
    clamp="write",
    rounding="write",
    middle=32767.5,
    ties="down",
)

_KERNELS = (
    "simple-2d",
    "floyd-steinberg",
    "false-floyd-steinberg",
    "jarvis-judice-ninke",
    "atkinson",
    "stucki",
    "burkes",
    "sierra-3",
    "sierra-2",
    "sierra-lite",
    "steven-pigeon",
)

_MAPS = (
    "clustered-dot-4x4",
    "clustered-dot-8x8-45",
    "vertical-5x3",
    "clustered-dot-6x6-45",
    "clustered-dot-8x8-45-33",
    "clustered-dot-16x16-45",
    "clustered-dot-6x6-square",
    "clustered-dot-spiral-5x5",
    "horizontal-line-6x6",
    "clustered-dot-8x8-square",
    "central-white-point-6x6",
    "balanced-centred-point-6x6",
    "balanced-centred-point-8x8-45",
    "bayer-3x3",
)


def _white(greys: Greys, ranks: NDArray[np.int64], levels: int) -> NDArray[np.bool_]:
    one, white = np.float32(1), np.float32(65535)
    # The offset is not quite one half, so that the middle rank does not shift a grey.
    offset = (ranks.astype(np.float32) + one) / np.float32(levels)
    offset -= np.float32(0.50000006)
    moved = _LIGHT[greys].astype(np.float32) + white * offset
    white_ones: NDArray[np.bool_] = np.rint(np.clip(moved, 0, white)) > 32767.5
    return white_ones


def _print_bayer(images: Floats, *, size: int) -> Floats:
    return print_ranks(images, tile=bayer_map(size).transposed, decide=_white)


def _white_code(levels: int) -> Lines:
    offset = f"(ranks.astype(np.float32) + 1) / np.float32({levels})"
    return (
        *TO_LINEAR,
        f"light = {_LINEAR_LIGHT}",
        "light = light.astype(np.float32)[grey]",
        f"offset = {offset} - np.float32(0.50000006)",
        "light = np.clip(light + np.float32(65535) * offset, 0, 65535)",
        "image = (np.rint(light) > 32767.5).astype(np.float32)",
    )


def _bayer_code(*, size: int) -> Lines:
    ranks = bayer_ranks(size, transpose=True)
    return (*ranks, GREYS, *_white_code(size * size))


MAKEWORLD = Program(
    name="makeworld",
    version="2.4.0",
    methods=by_name(
        [
            *diffusing(
                _KERNELS,
                _ARITHMETIC,
                light=f"{_LINEAR_LIGHT}[grey]",
                before=(GREYS, *TO_LINEAR),
                from_right=True,
                scan=SCAN,
            ),
            recipe("bayer", _print_bayer, _bayer_code, size=SIZE),
            *(mapped(name, _white, _white_code, transpose=TRANSPOSE) for name in _MAPS),
        ]
    ),
)
"""It always works in linear light: a stored 128 turns 21 % white. Serpentine rows begin
at the right."""
