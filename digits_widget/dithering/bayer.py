"""Bayer's map: dots as far from each other as possible; its side is a power of two."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from digits_widget.dithering.codegen.ordered import as_mask, bayer_ranks, print_with
from digits_widget.dithering.codegen.text import Lines
from digits_widget.dithering.images import Floats
from digits_widget.dithering.method import Method
from digits_widget.dithering.ordered_map import OPTIONS, OrderedMap, print_with_map
from digits_widget.option import Option, Value

SIZE = Option(
    "Pixels along the side of the map.",
    8,
    choices=tuple(2**power for power in range(1, 11)),
)


@lru_cache(maxsize=16)
def bayer_map(size: int) -> OrderedMap:
    """Build the map with a side of 2, 4, 8, … pixels.

    The bits of x xor y and of y, the lowest first, make the rank of a cell.
    """
    y, x = np.indices((size, size))
    ranks = np.zeros((size, size), dtype=np.int64)
    for bit in range(size.bit_length() - 1):
        mixed, row = (x ^ y) >> bit & 1, y >> bit & 1
        ranks = ranks << 2 | mixed << 1 | row
    return OrderedMap(ranks, size * size)


def _print(images: Floats, *, size: int, **options: Value) -> Floats:
    return print_with_map(images, tile=bayer_map(size), **options)  # type: ignore[arg-type]


def _code(
    *, size: int, transpose: bool, strength: float, levels: int, linear: bool
) -> Lines:
    return (
        *bayer_ranks(size, transpose=transpose),
        as_mask(size * size),
        *print_with(strength=strength, levels=levels, linear=linear),
    )


METHODS = (
    Method(
        name="bayer",
        family="ordered",
        apply=_print,
        code=_code,
        year=1973,
        author="Bryce E. Bayer",
        source="An optimum method for two-level rendition of continuous-tone pictures, "
        "IEEE Int. Conf. on Communications",
        keeps_mean=True,
        options={"size": SIZE} | OPTIONS,
        aliases=("bayer8", "bayer-8x8"),
        tile=bayer_map(8),
        note="The cross-hatching of early computers. Pixels do not wait for each "
        "other, so nothing moves when a stroke is added elsewhere.",
    ),
)
"""One method, of any size."""
