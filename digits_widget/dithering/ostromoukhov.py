"""Ostromoukhov's error diffusion, whose shares are tuned to each grey."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np

from digits_widget.dithering.codegen.text import OWN, Lines
from digits_widget.dithering.codegen.variable import between_keys, by_grey
from digits_widget.dithering.diffusion import FIRST, scan_steps
from digits_widget.dithering.images import Floats
from digits_widget.dithering.method import Method
from digits_widget.dithering.variable import Shares, diffuse_by_grey
from digits_widget.option import Option

SCAN = Option(
    "How the rows are scanned.", "serpentine", choices=("raster", "serpentine")
)

KEYS = {
    0: (13, 0, 5),
    1: (13, 0, 5),
    2: (21, 0, 10),
    3: (7, 0, 4),
    4: (8, 0, 5),
    10: (7, 3, 3),
    22: (3, 2, 1),
    36: (5, 3, 3),
    64: (1, 1, 0),
    72: (5, 7, 1),
    77: (4, 1, 1),
    85: (4, 1, 1),
    95: (5, 3, 2),
    107: (5, 3, 2),
    127: (4, 1, 1),
}
"""Parts of the error that go ahead, back below and straight below. Between these greys
the paper's table is linear, in exact fractions."""


def _rows() -> list[list[int]]:
    """Interpolate: three parts and their whole for each grey from 0 to 127."""
    rows = []
    for (low, start), (high, end) in pairwise(KEYS.items()):
        for grey in range(low, high + (high == 127)):
            along = Fraction(grey - low, high - low)
            row = [
                Fraction(a, sum(start)) * (1 - along) + Fraction(b, sum(end)) * along
                for a, b in zip(start, end, strict=True)
            ]
            whole = math.lcm(*(share.denominator for share in row))
            rows.append([*(int(share * whole) for share in row), whole])
    return rows


SHARES = Shares.mirrored(_rows())
"""The table of the paper."""


def _print(images: Floats, *, scan: str, first: str) -> Floats:
    # The author's program always prints a black pixel black, whatever its errors.
    thresholds = np.where(images == 0, np.inf, 127.5)
    steps = scan_steps(images.shape[1], scan=scan, first=first)
    return diffuse_by_grey(images, SHARES, thresholds, steps)


def _code(*, scan: str, first: str) -> Lines:
    limit = "(127.5 if light[y, x] else np.inf)"
    return (
        *between_keys(KEYS),
        *by_grey(light=OWN, limit=limit, scan=scan, first=first, white=255),
    )


METHODS = (
    Method(
        name="ostromoukhov",
        family="variable error diffusion",
        apply=_print,
        code=_code,
        year=2001,
        author="Victor Ostromoukhov",
        source="A simple and efficient error-diffusion algorithm, SIGGRAPH",
        keeps_mean=True,
        options={"scan": SCAN, "first": FIRST},
        note="Three shares that change with the grey: no worms, no checkerboards. "
        "Black stays black.",
    ),
)
"""One method."""
