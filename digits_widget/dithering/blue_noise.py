"""Blue noise: a map without any pattern that the eye could see."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.codegen.ordered import (
    as_mask,
    blue_noise_ranks,
    print_with,
)
from digits_widget.dithering.codegen.text import Lines
from digits_widget.dithering.images import Floats
from digits_widget.dithering.method import Method
from digits_widget.dithering.ordered_map import OPTIONS, OrderedMap, print_with_map
from digits_widget.option import Option, Value

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

_SIGMA = 1.5
"""Width of a dot's influence in pixels, as in the paper."""

_SHARE = 0.1
"""Share of the cells that are dots in the first pattern."""

SIZE = Option("Pixels along the side of the map.", 64, choices=(16, 32, 64))
SEED = Option(
    "Which of many such maps: 0 is at hand, others are made when first used.",
    0,
    low=0,
    high=2**31,
)


def void_and_cluster(size: int, *, seed: int = 0) -> Counts:
    """Rank the cells of a square tile so that the first k are spread evenly for any k.

    Ulichney's method: begin with random dots; move the most crowded dot into the
    largest void until that changes nothing; then rank the dots by removing the most
    crowded, and the voids by filling the largest. The first in reading order wins a
    tie.

    Parameters
    ----------
    size : int
        Cells along the side.
    seed : int
        Seed of the first dots.

    Returns
    -------
    array
        (size, size) int64, each number from 0 to size * size - 1 once.
    """
    felt = _felt(size)
    cells = size * size
    dots = np.zeros((size, size), dtype=bool)
    first = np.random.default_rng(seed).permutation(cells)[: round(cells * _SHARE)]
    dots.flat[first] = True
    crowd = np.zeros((size, size), dtype=np.int64)
    for place in first.tolist():
        crowd += felt(place)
    _relax(dots, crowd, felt)
    ranks = np.empty(cells, dtype=np.int64)
    few, left, thinned = int(dots.sum()), dots.copy(), crowd.copy()
    for rank in range(few - 1, -1, -1):
        ranks[_take(left, thinned, felt)] = rank
    # From one half on, the paper looks for the tightest cluster of zeros instead. That
    # is the same cell: the influences of dots and zeros add up to a constant.
    for rank in range(few, cells):
        ranks[_fill(dots, crowd, felt)] = rank
    return ranks.reshape(size, size)


def _felt(size: int) -> Callable[[int], Counts]:
    """Return the function for a dot's influence on all cells, wrapped at the edges.

    It uses whole numbers, whose sums are exact: the map is the same on every machine.
    """
    along = np.arange(2 * size) % size
    near = np.minimum(along, size - along)
    bell = np.exp(-(near**2) / (2 * _SIGMA**2))
    twice = np.rint(np.outer(bell, bell) * 2**40).astype(np.int64)

    def felt(place: int) -> Counts:
        y, x = divmod(place, size)
        part: Counts = twice[size - y : 2 * size - y, size - x : 2 * size - x]
        return part

    return felt


def _take(dots: Mask, crowd: Counts, felt: Callable[[int], Counts]) -> int:
    """Remove the most crowded dot, and return its place."""
    place = int(np.where(dots, crowd, -1).argmax())
    dots.flat[place] = False
    crowd -= felt(place)
    return place


def _fill(dots: Mask, crowd: Counts, felt: Callable[[int], Counts]) -> int:
    """Put a dot into the largest void, and return its place."""
    place = int(np.where(dots, np.iinfo(np.int64).max, crowd).argmin())
    dots.flat[place] = True
    crowd += felt(place)
    return place


def _relax(dots: Mask, crowd: Counts, felt: Callable[[int], Counts]) -> None:
    """Move dots from clusters into voids until one returns to its place."""
    while _take(dots, crowd, felt) != _fill(dots, crowd, felt):
        pass


@lru_cache(maxsize=8)
def blue_noise_map(size: int, seed: int = 0) -> OrderedMap:
    """Return the map of a size: bundled for seed 0, otherwise computed and cached.

    Parameters
    ----------
    size : int
        Cells along the side.
    seed : int
        Seed of the first dots.
    """
    if seed:
        return OrderedMap(void_and_cluster(size, seed=seed), size * size)
    file = files(__package__).joinpath("data", f"blue_noise_{size}.npy")
    with file.open("rb") as stream:
        return OrderedMap(np.load(stream).astype(np.int64), size * size)


def _print(images: Floats, *, size: int, seed: int, **options: Value) -> Floats:
    tile = blue_noise_map(size, seed)
    return print_with_map(images, tile=tile, **options)  # type: ignore[arg-type]


def _code(
    *, size: int, seed: int, transpose: bool, strength: float, levels: int, linear: bool
) -> Lines:
    return (
        *blue_noise_ranks(size, seed, transpose=transpose),
        as_mask(size * size),
        *print_with(strength=strength, levels=levels, linear=linear),
    )


METHODS = (
    Method(
        name="blue-noise",
        family="ordered",
        apply=_print,
        code=_code,
        year=1993,
        author="Robert Ulichney",
        source="The void-and-cluster method for dither array generation, SPIE 1913",
        keeps_mean=True,
        options={"size": SIZE, "seed": SEED} | OPTIONS,
        aliases=("void-and-cluster",),
        note="Looks like error diffusion, yet each pixel stands for itself.",
    ),
)
"""One method, in three sizes."""
