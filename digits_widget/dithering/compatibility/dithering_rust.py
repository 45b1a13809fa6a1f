"""dithering, a Python package written in Rust: single precision, errors kept apart."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.bayer import SIZE, bayer_map
from digits_widget.dithering.codegen.diffusion import diffusion
from digits_widget.dithering.codegen.ordered import bayer_ranks
from digits_widget.dithering.codegen.text import GREYS, Lines
from digits_widget.dithering.compatibility.program import (
    Greys,
    Program,
    by_name,
    kernel_of,
    print_ranks,
    recipe,
)
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.diffusion import SCAN, diffuse_with
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.levels import LINEAR


def _linear_light() -> NDArray[np.float64]:
    """Return the linear light of 8-bit greys in single precision.

    The exponent is single, too: 2.4000000954. A power in double precision, rounded,
    equals the single-precision power of a C library.
    """
    one = np.float32
    stored = np.arange(256, dtype=one) / one(255)
    base = (stored + one(0.055)) / one(1.055)
    high = (base.astype(np.float64) ** float(one(2.4))).astype(one)
    light = np.where(stored <= one(0.04045), stored / one(12.92), high) * one(255)
    return light.astype(np.float64)


_LIGHT = {False: np.arange(256.0), True: _linear_light()}
"""Working values of 8-bit greys, in stored values and in linear light."""

_LINEAR_LIGHT = (
    "one = np.float32",
    "v = np.arange(256, dtype=one) / one(255)",
    "high = ((v + one(0.055)) / one(1.055)).astype(float) ** float(one(2.4))",
    "light = np.where(v <= one(0.04045), v / one(12.92), high.astype(one)) * one(255)",
)
"""The same as code to paste."""

_ARITHMETIC = {
    linear: Arithmetic(dtype="float32", table=table, apart=True)
    for linear, table in _LIGHT.items()
}

_KERNELS = (
    "floyd-steinberg",
    "false-floyd-steinberg",
    "jarvis-judice-ninke",
    "stucki",
    "atkinson",
    "burkes",
    "sierra-3",
    "sierra-2",
    "sierra-lite",
)


def _diffuse(images: Floats, *, kernel: Kernel, scan: str, linear: bool) -> Floats:
    diffuser = Diffuser(kernel, _ARITHMETIC[linear])
    return diffuse_with(diffuser, images, scan=scan, first="ltr")


def _white(
    greys: Greys, ranks: NDArray[np.int64], levels: int, *, linear: bool
) -> NDArray[np.bool_]:
    half, white = np.float32(0.5), np.float32(255)
    offset = (ranks.astype(np.float32) + half) / np.float32(levels) - half
    moved: NDArray[np.float32] = _LIGHT[linear][greys].astype(np.float32)
    return moved + offset * white >= 127.5


def _print_bayer(images: Floats, *, size: int, linear: bool) -> Floats:
    decide = partial(_white, linear=linear)
    return print_ranks(images, tile=bayer_map(size), decide=decide)


def _light(*, linear: bool) -> str:
    """Write the working values of `grey` as code to paste."""
    return "light[grey]" if linear else "grey"


def _code(*, kernel: Kernel, scan: str, linear: bool) -> Lines:
    light, rule = _light(linear=linear), _ARITHMETIC[linear]
    lines = diffusion(kernel=kernel, rule=rule, light=light, scan=scan, first="ltr")
    return (GREYS, *(_LINEAR_LIGHT if linear else ()), *lines)


def _bayer_code(*, size: int, linear: bool) -> Lines:
    cells = size * size
    return (
        *bayer_ranks(size),
        GREYS,
        *(_LINEAR_LIGHT if linear else ()),
        f"light = {_light(linear=linear)}.astype(np.float32)",
        f"offset = (ranks.astype(np.float32) + np.float32(0.5)) / np.float32({cells})",
        "offset = (offset - np.float32(0.5)) * np.float32(255)",
        "image = (light + offset >= 127.5).astype(np.float32)",
    )


DITHERING = Program(
    name="dithering",
    version="0.2.0",
    methods=by_name(
        [
            *(
                recipe(
                    name,
                    partial(_diffuse, kernel=kernel_of(name)),
                    partial(_code, kernel=kernel_of(name)),
                    scan=SCAN,
                    linear=LINEAR,
                )
                for name in _KERNELS
            ),
            recipe("bayer", _print_bayer, _bayer_code, size=SIZE, linear=LINEAR),
        ]
    ),
)
"""In double precision it would differ only on rare ties."""
