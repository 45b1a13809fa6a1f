"""image-q, an npm package: by default it forgets the errors that a pixel received."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.codegen.diffusion import diffusion
from digits_widget.dithering.codegen.text import WHOLE, Lines
from digits_widget.dithering.codegen.walk import DEEPER, along, places
from digits_widget.dithering.compatibility.program import (
    Program,
    by_name,
    kernel_of,
    recipe,
)
from digits_widget.dithering.curve import hilbert_walk
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.diffusion import SCAN, diffuse_with
from digits_widget.dithering.fading import Fading
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.riemersma import follow
from digits_widget.option import Option

_ARITHMETIC = Arithmetic(
    table=np.arange(256),
    apart=True,
    clamp="read",
    rounding="read",
    ties="down",
    original=True,
)

_GIMP = Option(
    "Whether errors are measured from corrected pixels, as GIMP does.",
    False,
    choices=(False, True),
)

_KERNELS = (
    "floyd-steinberg",
    "false-floyd-steinberg",
    "stucki",
    "atkinson",
    "jarvis-judice-ninke",
    "burkes",
    "sierra-3",
    "sierra-2",
    "sierra-lite",
)


def _diffuse(images: Floats, *, kernel: Kernel, scan: str, gimp: bool) -> Floats:
    diffuser = Diffuser(kernel, replace(_ARITHMETIC, original=not gimp))
    first = "ltr" if scan == "raster" else "rtl"
    return diffuse_with(diffuser, images, scan=scan, first=first)


def _riemersma(images: Floats) -> Floats:
    rows, cols = images.shape[1:]
    # If the side is a power of two, this is one level more than needed: another walk.
    walk = hilbert_walk(rows, cols, max(rows, cols).bit_length())
    eight = np.rint(images * images.dtype.type(255)) / 255
    return follow(eight, walk, Fading(whole=True))


def _code(*, kernel: Kernel, scan: str, gimp: bool) -> Lines:
    rule = replace(_ARITHMETIC, original=not gimp)
    first = "ltr" if scan == "raster" else "rtl"
    return diffusion(kernel=kernel, rule=rule, light=WHOLE, scan=scan, first=first)


def _riemersma_code() -> Lines:
    return along(Fading(whole=True), light=WHOLE, walk=places(DEEPER))


IMAGE_Q = Program(
    name="image-q",
    version="4.0.0",
    methods=by_name(
        [
            *(
                recipe(
                    name,
                    partial(_diffuse, kernel=kernel_of(name)),
                    partial(_code, kernel=kernel_of(name)),
                    scan=SCAN,
                    gimp=_GIMP,
                )
                for name in _KERNELS
            ),
            recipe("riemersma", _riemersma, _riemersma_code),
        ]
    ),
)
"""Serpentine rows begin at the right."""
