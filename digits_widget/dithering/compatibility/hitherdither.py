"""hitherdither, a Python package: values are clamped when they are read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.bayer import SIZE, bayer_map
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
    # It only ever adds, so that pictures come out much too bright.
    return greys + 128 * (ranks + 1) / (levels + 1) > 127.5


def _cluster(greys: Greys, ranks: NDArray[np.int64], levels: int) -> NDArray[np.bool_]:
    return greys + 128 * (ranks / levels) > 127.5


def _print_bayer(images: Floats, *, size: int) -> Floats:
    return print_ranks(images, tile=bayer_map(size), decide=_bayer)


def _print_cluster8(images: Floats) -> Floats:
    ranks = tile_of("clustered-dot-8x8-45").ranks.copy()
    ranks[5, 1] = 57  # Its table has 57 twice and no 58.
    return print_ranks(images, tile=OrderedMap(ranks, 64), decide=_cluster)


HITHERDITHER = Program(
    name="hitherdither",
    version="2023-09",
    methods=by_name(
        [
            *diffusing(_KERNELS, _ARITHMETIC),
            recipe("bayer", _print_bayer, size=SIZE),
            mapped("clustered-dot-4x4", _cluster),
            recipe("clustered-dot-8x8-45", _print_cluster8),
        ]
    ),
)
"""Errors are measured from clamped values, in double precision."""
