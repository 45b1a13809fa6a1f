"""hitherdither, a Python package: it clamps values when it reads them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.bayer import SIZE, bayer_map
from digits_widget.dithering.codegen.ordered import bayer_ranks, tiled
from digits_widget.dithering.codegen.text import GREYS, WHOLE, Lines
from digits_widget.dithering.compatibility.program import (
    Greys,
    Program,
    by_name,
    diffusing,
    mapped,
    print_ranks,
    recipe,
    tile_of,
)
from digits_widget.dithering.images import Floats
from digits_widget.dithering.ordered_map import OrderedMap

_ARITHMETIC = Arithmetic(table=np.arange(256), clamp="read", ties="down")

_KERNELS = (
    "atkinson",
    "burkes",
    "floyd-steinberg",
    "jarvis-judice-ninke",
    "sierra-lite",
    "sierra-2",
    "sierra-3",
    "stucki",
)


def _bayer(greys: Greys, ranks: NDArray[np.int64], levels: int) -> NDArray[np.bool_]:
    # It only ever adds to a grey, so that pictures come out much too bright.
    return greys + 128 * (ranks + 1) / (levels + 1) > 127.5


def _cluster(greys: Greys, ranks: NDArray[np.int64], levels: int) -> NDArray[np.bool_]:
    return greys + 128 * (ranks / levels) > 127.5


def _print_bayer(images: Floats, *, size: int) -> Floats:
    return print_ranks(images, tile=bayer_map(size), decide=_bayer)


def _cluster8() -> OrderedMap:
    ranks = tile_of("clustered-dot-8x8-45").ranks.copy()
    ranks[5, 1] = 57  # Its table has 57 twice and no 58.
    return OrderedMap(ranks, 64)


def _print_cluster8(images: Floats) -> Floats:
    return print_ranks(images, tile=_cluster8(), decide=_cluster)


def _bayer_code(*, size: int) -> Lines:
    white = f"grey + 128 * (ranks + 1) / {size * size + 1} > 127.5"
    return (*bayer_ranks(size), GREYS, f"image = ({white}).astype(np.float32)")


def _cluster_code(levels: int) -> Lines:
    white = f"grey + 128 * (ranks / {levels}) > 127.5"
    return (f"image = ({white}).astype(np.float32)",)


def _cluster8_code() -> Lines:
    return (*tiled(_cluster8()), GREYS, *_cluster_code(64))


HITHERDITHER = Program(
    name="hitherdither",
    version="2023-09",
    methods=by_name(
        [
            *diffusing(_KERNELS, _ARITHMETIC, light=WHOLE),
            recipe("bayer", _print_bayer, _bayer_code, size=SIZE),
            mapped("clustered-dot-4x4", _cluster, _cluster_code),
            recipe("clustered-dot-8x8-45", _print_cluster8, _cluster8_code),
        ]
    ),
)
"""Errors are measured from clamped values, in double precision."""
