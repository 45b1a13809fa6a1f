"""libdither, a C library: values from 0 to 1 in double precision, without clamping."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.bayer import SIZE, bayer_map
from digits_widget.dithering.codegen.diffusion import diffusion
from digits_widget.dithering.codegen.dots import dots
from digits_widget.dithering.codegen.ordered import bayer_ranks
from digits_widget.dithering.codegen.text import GREYS, PARTS, Lines
from digits_widget.dithering.codegen.variable import between_keys, by_grey
from digits_widget.dithering.codegen.walk import (
    DEEPER,
    along,
    peano_places,
    places,
)
from digits_widget.dithering.compatibility.program import (
    Greys,
    Program,
    by_name,
    diffusing,
    mapped,
    print_ranks,
    recipe,
)
from digits_widget.dithering.curve import hilbert_walk, peano_walk
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.diffusion import SCAN, diffuse_with, scan_steps
from digits_widget.dithering.dot_diffusion import CLASSES, diffuse_dots
from digits_widget.dithering.fading import Fading
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.ordered_map import TRANSPOSE, OrderedMap
from digits_widget.dithering.ostromoukhov import KEYS, SHARES
from digits_widget.dithering.riemersma import CURVE, follow
from digits_widget.dithering.variable import diffuse_by_grey
from digits_widget.option import Option

_ARITHMETIC = Arithmetic(
    white=1, table=np.arange(256) / 255, shares="part", middle=0.5, ties="down"
)

_KERNELS = (
    "floyd-steinberg",
    "false-floyd-steinberg",
    "jarvis-judice-ninke",
    "stucki",
    "burkes",
    "sierra-3",
    "sierra-2",
    "sierra-lite",
    "atkinson",
    "fan",
    "shiau-fan-1",
    "shiau-fan-2",
    "simple-1d",
    "simple-2d",
    "steven-pigeon",
)

_STEVENSON_ARCE = Kernel(
    tuple(
        (dx, dy, weight)
        for dy, row in enumerate(
            (
                {1: 32},
                {-3: 6, -2: 13, -1: 10, 0: 19, 1: 10, 2: 18, 3: 8},
                {-1: 12, 0: 26, 1: 12},
                {-3: 3, -2: 6, -1: 4, 0: 8, 1: 4, 2: 7, 3: 2},
            )
        )
        for dx, weight in row.items()
    ),
    200,
)
"""Stevenson-Arce, whose weights libdither spreads over a square grid without gaps."""

_FROM_0 = (
    "o2x2",
    "o4x4",
    "o8x8",
    "void-and-cluster-14x14",
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
)
"""Maps whose ranks it counts from 0."""

_FROM_1 = (
    "c5x5b",
    "c6x6b",
    "c7x7b",
    "h4x4a",
    "h6x6a",
    "h8x8a",
    "h4x4o",
    "h6x6o",
    "h8x8o",
)
"""Maps whose ranks it counts from 1, as ImageMagick does."""

_WEIGHTING = Option(
    "Whether 16 rounded weights are used, or 8 that sum to 1.",
    "original",
    choices=("original", "modified"),
)

_LARGEST = 2**31 - 1


def _respread(images: Floats, *, scan: str) -> Floats:
    diffuser = Diffuser(_STEVENSON_ARCE, _ARITHMETIC)
    return diffuse_with(diffuser, images, scan=scan, first="ltr")


def _white(
    greys: Greys, ranks: NDArray[np.int64], levels: int, *, start: int
) -> NDArray[np.bool_]:
    return greys / 255 + ((ranks + start) * (1.0 / (levels + start)) - 0.5) > 0.5


def _print_bayer(images: Floats, *, size: int) -> Floats:
    ranks = bayer_map(size).ranks.copy()
    if size == 8:  # Two cells of its table are wrong: 58 and 21 would be correct.
        ranks[1, 6], ranks[7, 7] = 48, 32
    tile = OrderedMap(ranks, size * size)
    return print_ranks(images, tile=tile, decide=partial(_white, start=0))


def _print_gradient(images: Floats) -> Floats:
    # It leaves out the formula's inner fraction, and repeats after 64 pixels.
    y, x = np.indices((64, 64))
    noise = 52.9829189 * (0.06711056 * x + 0.00583715 * y)
    ranks = ((noise - np.floor(noise)) * _LARGEST).astype(np.int64)
    tile = OrderedMap(ranks, _LARGEST)
    return print_ranks(images, tile=tile, decide=partial(_white, start=0))


def _ostromoukhov(images: Floats, *, scan: str) -> Floats:
    steps = scan_steps(images.shape[1], scan=scan, first="ltr")
    eight = np.rint(images * images.dtype.type(255)) / 255
    half = np.full((1, 1, 1), 0.5)
    return diffuse_by_grey(eight.astype(np.float64), SHARES, half, steps, white=1)


def _dots(images: Floats) -> Floats:
    eight = np.rint(images * images.dtype.type(255)) / 255
    return diffuse_dots(eight, across_tiles=False, edge="drop", white=1)


def _modified() -> Fading:
    weights = [2.0 ** (k / 8 * 10.0) / 1000.0 * 16 for k in range(8)]
    total = 0.0
    for weight in weights:  # Not sum(), which corrects its rounding from 3.12 on.
        total += weight
    normal = tuple(weight / total for weight in weights)
    return Fading(normal, divisor=1, white=1, middle=0.5, up=False, original=False)


_FADING = {
    "original": Fading(white=1, middle=0.5, up=False),
    "modified": _modified(),
}


def _riemersma(images: Floats, *, curve: str, weighting: str) -> Floats:
    rows, cols = images.shape[1:]
    if curve == "peano":
        walk = peano_walk(rows, cols)
    else:
        walk = hilbert_walk(rows, cols, max(rows, cols).bit_length())
    eight = np.rint(images * images.dtype.type(255)) / 255
    # It steps before it prints, and never reaches the first pixel, which stays black.
    return follow(eight, walk[1:], _FADING[weighting])


def _respread_code(*, scan: str) -> Lines:
    kernel, rule = _STEVENSON_ARCE, _ARITHMETIC
    return diffusion(kernel=kernel, rule=rule, light=PARTS, scan=scan, first="ltr")


def _white_code(levels: int, *, start: int) -> Lines:
    weight = 1.0 / (levels + start)
    return (
        f"offset = (ranks + {start}) * {weight!r} - 0.5",
        "image = (grey / 255 + offset > 0.5).astype(np.float32)",
    )


def _bayer_code(*, size: int) -> Lines:
    wrong = (
        "ranks[(y % 8 == 1) & (x % 8 == 6)] = 48  # its table has two slips",
        "ranks[(y % 8 == 7) & (x % 8 == 7)] = 32",
    )
    ranks = (*bayer_ranks(size), *(wrong if size == 8 else ()))
    return (*ranks, GREYS, *_white_code(size * size, start=0))


def _gradient_code() -> Lines:
    return (
        "y, x = np.indices(image.shape) % 64",
        "noise = 52.9829189 * (0.06711056 * x + 0.00583715 * y)",
        f"ranks = ((noise - np.floor(noise)) * {_LARGEST}).astype(np.int64)",
        GREYS,
        *_white_code(_LARGEST, start=0),
    )


def _ostromoukhov_code(*, scan: str) -> Lines:
    lines = by_grey(light=PARTS, limit="0.5", scan=scan, first="ltr", white=1)
    return (*between_keys(KEYS), *lines)


def _dots_code() -> Lines:
    return dots(
        classes=CLASSES,
        light=PARTS,
        across_tiles=False,
        edge="drop",
        threshold=0.5,
        ties="up",
        white=1,
    )


def _riemersma_code(*, curve: str, weighting: str) -> Lines:
    peano = curve == "peano"
    walk = peano_places(from_second=True) if peano else places(DEEPER, from_second=True)
    return along(_FADING[weighting], light=PARTS, walk=walk)


LIBDITHER = Program(
    name="libdither",
    version="2025-10",
    methods=by_name(
        [
            *diffusing(_KERNELS, _ARITHMETIC, light=PARTS, scan=SCAN),
            recipe("stevenson-arce", _respread, _respread_code, scan=SCAN),
            recipe("ostromoukhov", _ostromoukhov, _ostromoukhov_code, scan=SCAN),
            recipe(
                "riemersma",
                _riemersma,
                _riemersma_code,
                curve=CURVE,
                weighting=_WEIGHTING,
            ),
            recipe("dot-diffusion", _dots, _dots_code),
            recipe("bayer", _print_bayer, _bayer_code, size=SIZE),
            *(
                mapped(
                    name,
                    partial(_white, start=0),
                    partial(_white_code, start=0),
                    transpose=TRANSPOSE,
                )
                for name in _FROM_0
            ),
            *(
                mapped(
                    name,
                    partial(_white, start=1),
                    partial(_white_code, start=1),
                    transpose=TRANSPOSE,
                )
                for name in _FROM_1
            ),
            recipe("interleaved-gradient-noise", _print_gradient, _gradient_code),
        ]
    ),
)
"""It divides an error first and then multiplies it by the weight."""
