"""Code for maps, formulas and noise."""

from __future__ import annotations

from digits_widget.dithering.codegen.text import TO_LINEAR, Lines, as_table
from digits_widget.dithering.ordered_map import OrderedMap

INDICES = "y, x = np.indices(image.shape)"
"""Row and column of each pixel."""


def print_with(*, strength: float, levels: int, linear: bool) -> Lines:
    """Write `print_against` as code, to follow lines that set `mask`.

    Parameters
    ----------
    strength, levels, linear
        As for `print_against`.
    """
    weaker = (f"mask = 0.5 + {strength!r} * (mask - 0.5)",) * (strength != 1)
    light = (*TO_LINEAR, "image = linear(image)") if linear else ()
    if levels == 2:
        return (*weaker, *light, "image = (image > mask).astype(np.float32)")
    return (
        *weaker,
        *light,
        f"greys = np.linspace(0, 1, {levels})",
        *(("greys = linear(greys)",) if linear else ()),
        "# The grey below each pixel, and the share of the way to the next one.",
        "low = np.searchsorted(greys, image, side='right') - 1",
        f"low = np.minimum(low, {levels - 2})",
        "share = (image - greys[low]) / (greys[low + 1] - greys[low])",
        f"image = ((low + (share > mask)) / {levels - 1}).astype(np.float32)",
    )


def tiled(tile: OrderedMap) -> Lines:
    """Write lines that set `ranks` to the rank of each pixel."""
    rows, cols = tile.ranks.shape
    return (
        "# In which order the cells of a tile turn white.",
        *as_table("ranks", tile.ranks),
        INDICES,
        f"ranks = ranks[y % {rows}, x % {cols}]",
    )


def as_mask(levels: int) -> str:
    """Write the line that turns `ranks` into evenly spaced thresholds."""
    return f"mask = (ranks + 0.5) / {levels}"


def with_map(
    *, tile: OrderedMap, transpose: bool, strength: float, levels: int, linear: bool
) -> Lines:
    """Write `print_with_map` as code.

    Parameters
    ----------
    tile, transpose, strength, levels, linear
        As for `print_with_map`.
    """
    turned = tile.transposed if transpose else tile
    return (
        *tiled(turned),
        as_mask(tile.levels),
        *print_with(strength=strength, levels=levels, linear=linear),
    )


def bayer_ranks(size: int, *, transpose: bool = False) -> Lines:
    """Write lines that set `ranks` by Bayer's rule, from the bits of row and column.

    Parameters
    ----------
    size : int
        Cells along the side, a power of 2.
    transpose : bool
        Whether to exchange rows and columns.
    """
    return (
        "x, y = np.indices(image.shape)" if transpose else INDICES,
        "# Bayer's rank of a cell, from the bits of its row and column.",
        "ranks = np.zeros_like(x)",
        f"for bit in range({size.bit_length() - 1}):",
        "    mixed, row = (x ^ y) >> bit & 1, y >> bit & 1",
        "    ranks = ranks << 2 | mixed << 1 | row",
    )


def blue_noise_ranks(size: int, seed: int, *, transpose: bool) -> Lines:
    """Write lines that set `ranks` by the void-and-cluster method.

    Parameters
    ----------
    size : int
        Cells along the side.
    seed : int
        Seed of the first dots.
    transpose : bool
        Whether to exchange rows and columns.
    """
    cells = size * size
    few = round(cells * 0.1)
    return (
        "# How much a dot is felt around it, in whole numbers, which add up exactly.",
        f"near = np.minimum(np.arange({size}), {size} - np.arange({size}))",
        "bell = np.exp(-(near**2) / 4.5)",
        "felt = np.rint(np.outer(bell, bell) * 2**40).astype(np.int64)",
        "",
        "def spread(place):",
        f"    return np.roll(felt, divmod(int(place), {size}), (0, 1))",
        "",
        f"dots = np.zeros(({size}, {size}), bool)",
        f"first = np.random.default_rng({seed}).permutation({cells})[:{few}]",
        "dots.flat[first] = True",
        "crowd = sum(map(spread, first))",
        "",
        "def change(dot):  # take the most crowded dot, or fill the largest void",
        "    sign = 1 if dot else -1",
        "    place = np.where(dots == dot, sign * crowd, -(2**62)).argmax()",
        "    dots.flat[place] = not dot",
        "    crowd[...] -= sign * spread(place)",
        "    return place",
        "",
        "while change(True) != change(False):",
        "    pass",
        "ranks = np.zeros_like(felt)",
        "kept = dots.copy(), crowd.copy()",
        f"for rank in reversed(range({few})):",
        "    ranks.flat[change(True)] = rank",
        "dots, crowd = kept",
        f"for rank in range({few}, {cells}):",
        "    ranks.flat[change(False)] = rank",
        "x, y = np.indices(image.shape)" if transpose else INDICES,
        f"ranks = ranks[y % {size}, x % {size}]",
    )
