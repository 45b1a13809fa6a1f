"""Knuth's dot diffusion: error diffusion without a scan.

Pixels belong to 64 classes. All pixels of a class print at once, and pay their errors
to the neighbours whose class is still to come. Without such a neighbour, a pixel drops
its error.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.codegen.dots import dots
from digits_widget.dithering.codegen.text import OWN
from digits_widget.dithering.diffusion import THRESHOLD, TIES
from digits_widget.dithering.images import Floats
from digits_widget.dithering.method import Method
from digits_widget.option import Option

TILE = 8

_KEPT = 1 << 18
"""The most pixels of a picture whose turns are kept for the next one of its size."""

Weights = NDArray[np.float64]
Place = tuple[slice, slice]

_CLASSES = """
34 48 40 32 29 15 23 31
42 58 56 53 21  5  7 10
50 62 61 45 13  1  2 18
38 46 54 37 25 17  9 26
28 14 22 30 35 49 41 33
20  4  6 11 43 59 57 52
12  0  3 19 51 63 60 44
24 16  8 27 39 47 55 36
"""

CLASSES: NDArray[np.int64] = np.array(_CLASSES.split(), dtype=np.int64).reshape(8, 8)
"""(8, 8) the turn of each pixel of a tile, 0 to 63."""

_NEIGHBOURS = tuple(
    (dy, dx, 1 if dy and dx else 2)
    for dy in (-1, 0, 1)
    for dx in (-1, 0, 1)
    if dy or dx
)
"""(dy, dx, weight) of each neighbour: a side weighs twice as much as a corner."""

ACROSS_TILES = Option(
    "Whether errors pass from one tile of 8x8 to the next.", True, choices=(True, False)
)
EDGE = Option(
    "What becomes of shares that would leave the picture: others take them, or they "
    "are dropped.",
    "share",
    choices=("share", "drop"),
)


class _Turn(NamedTuple):
    """The work of one class in its turn."""

    cells: Place
    """Its pixels, in the padded picture."""

    total: Weights
    """(rows, cols, 1) the sum of the weights that its pixels pay."""

    payments: tuple[tuple[Place, Weights], ...]
    """The neighbours in the padded picture, and the weight that each receives."""


def _turns(rows: int, cols: int, across_tiles: bool, edge: str) -> tuple[_Turn, ...]:  # noqa: FBT001
    """Plan all turns for pictures of one shape."""
    weights, total = _weights(rows, cols, across_tiles=across_tiles, edge=edge)
    turns = []
    for cell in np.argsort(CLASSES, axis=None).tolist():
        top, left = divmod(cell, TILE)
        if top < rows and left < cols:
            tile = np.s_[top::TILE, left::TILE]
            bottom, right = rows + 1, cols + 1
            payments = tuple(
                (
                    np.s_[
                        top + 1 + dy : bottom + dy : TILE,
                        left + 1 + dx : right + dx : TILE,
                    ],
                    weight[tile][..., np.newaxis],
                )
                for (dy, dx, _), weight in zip(_NEIGHBOURS, weights, strict=True)
                if weight[tile].any()
            )
            cells = np.s_[top + 1 : bottom : TILE, left + 1 : right : TILE]
            turns.append(_Turn(cells, total[tile][..., np.newaxis], payments))
    return tuple(turns)


def _weights(
    rows: int, cols: int, *, across_tiles: bool, edge: str
) -> tuple[Weights, Weights]:
    """Return the weights that pixels pay, (8, rows, cols), and their sums."""
    y, x = np.indices((rows, cols))
    classes = CLASSES[y % TILE, x % TILE]
    found = np.zeros((len(_NEIGHBOURS), rows, cols))
    total = np.zeros((rows, cols))
    for at, (dy, dx, weight) in enumerate(_NEIGHBOURS):
        later = CLASSES[(y + dy) % TILE, (x + dx) % TILE] > classes
        if not across_tiles:
            later &= ((y + dy) // TILE == y // TILE) & ((x + dx) // TILE == x // TILE)
        inside = (y + dy >= 0) & (y + dy < rows) & (x + dx >= 0) & (x + dx < cols)
        found[at] = weight * (later & inside)
        total += weight * (later & inside if edge == "share" else later)
    return found, np.maximum(total, 1)


def diffuse_dots(
    images: Floats,
    *,
    across_tiles: bool = True,
    edge: str = "share",
    threshold: float = 0.5,
    ties: str = "up",
    white: float = 255,
) -> Floats:
    """Diffuse the errors of a batch class by class.

    Parameters
    ----------
    images : array
        (n, rows, cols) floats in [0, 1].
    across_tiles, edge, threshold, ties
        See the options of the method.
    white : float
        Working value of a white pixel.

    Returns
    -------
    array
        (n, rows, cols) float32, 0 or 1.
    """
    rows, cols = images.shape[1:]
    cells = np.zeros((rows + 2, cols + 2, len(images)))
    inner = cells[1:-1, 1:-1]
    inner[...] = (images * images.dtype.type(255)).transpose(1, 2, 0)
    inner *= white
    inner /= 255
    printed = np.zeros(cells.shape, dtype=bool)
    compare = np.greater_equal if ties == "up" else np.greater
    turns = _kept_turns if rows * cols <= _KEPT else _turns
    for turn in turns(rows, cols, across_tiles, edge):
        values = cells[turn.cells]
        printed[turn.cells] = level = compare(values, threshold * white)
        errors = (values - level * white) / turn.total
        for place, weight in turn.payments:
            cells[place] += errors * weight
    return printed[1:-1, 1:-1].transpose(2, 0, 1).astype(np.float32)


_kept_turns = lru_cache(maxsize=32)(_turns)


METHODS = (
    Method(
        name="dot-diffusion",
        family="dot diffusion",
        apply=diffuse_dots,
        code=partial(dots, classes=CLASSES, light=OWN, white=255),
        year=1987,
        author="Donald E. Knuth",
        source="Digital halftones by dot diffusion, ACM Trans. Graphics 6(4)",
        keeps_mean=False,
        options={
            "across_tiles": ACROSS_TILES,
            "edge": EDGE,
            "threshold": THRESHOLD,
            "ties": TIES,
        },
        aliases=("knuth",),
        note="Between ordered maps and error diffusion: every tile settles its own "
        "errors, all tiles at once.",
    ),
)
"""One method."""
