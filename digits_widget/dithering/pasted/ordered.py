"""Maps, formulas and noise, as lines to paste."""

from __future__ import annotations

from digits_widget.dithering.ordered_map import OrderedMap
from digits_widget.dithering.pasted.light import TO_LINEAR, Lines, as_table

INDICES = "y, x = np.indices(image.shape)"
"""Row and column of each pixel."""


def print_with(*, strength: float, levels: int, linear: bool) -> Lines:
    """Write what `print_against` does, after lines that set `mask`."""
    weaker = (f"mask = 0.5 + {strength!r} * (mask - 0.5)",) * (strength != 1)
    light = (TO_LINEAR, "image = linear(image)") if linear else ()
    if levels == 2:
        return (*weaker, *light, "image = (image > mask).astype(np.float32)")
    even = f"np.linspace(0, 1, {levels})"
    return (
        *weaker,
        *light,
        f"greys = {f'linear({even})' if linear else even}",
        "low = np.searchsorted(greys, image, side='right') - 1",
        f"low = np.minimum(low, {levels - 2})",
        "share = (image - greys[low]) / (greys[low + 1] - greys[low])",
        f"image = ((low + (share > mask)) / {levels - 1}).astype(np.float32)",
    )


def tiled(tile: OrderedMap) -> Lines:
    """Write lines that set `ranks` to the rank of each pixel."""
    rows, cols = tile.ranks.shape
    return (
        INDICES,
        f"ranks = {as_table(tile.ranks)}  # the turn of each cell",
        f"ranks = ranks[y % {rows}, x % {cols}]",
    )


def as_mask(levels: int) -> str:
    """Write the line that makes fair thresholds of `ranks`."""
    return f"mask = (ranks + 0.5) / {levels}"


def with_map(
    *, tile: OrderedMap, transpose: bool, strength: float, levels: int, linear: bool
) -> Lines:
    """Write what `print_with_map` does."""
    turned = tile.transposed if transpose else tile
    return (
        *tiled(turned),
        as_mask(tile.levels),
        *print_with(strength=strength, levels=levels, linear=linear),
    )


def bayer_ranks(size: int, *, transpose: bool = False) -> Lines:
    """Write lines that set `ranks` by Bayer's rule, in the bits of row and column."""
    return (
        "x, y = np.indices(image.shape)" if transpose else INDICES,
        "ranks = np.zeros_like(x)",
        f"for bit in range({size.bit_length() - 1}):",
        "    ranks = ranks << 2 | ((x ^ y) >> bit & 1) << 1 | y >> bit & 1",
    )


def blue_noise_ranks(size: int, seed: int, *, transpose: bool) -> Lines:
    """Write the void-and-cluster method; it sets `ranks`."""
    cells = size * size
    few = round(cells * 0.1)
    near = f"np.minimum(np.arange({size}), {size} - np.arange({size}))"
    return (
        f"bell = np.exp(-({near} ** 2) / 4.5)",
        "felt = np.rint(np.outer(bell, bell) * 2**40).astype(np.int64)",
        f"dots, ranks = np.zeros(({size}, {size}), bool), np.zeros_like(felt)",
        f"dots.flat[np.random.default_rng({seed}).permutation({cells})[:{few}]] = True",
        f"spread = lambda p: np.roll(felt, divmod(int(p), {size}), (0, 1))",
        "crowd = sum(map(spread, np.flatnonzero(dots)))",
        "def change(dot):  # take the most crowded dot, or fill the largest void",
        "    sign = 1 if dot else -1",
        "    p = np.where(dots == dot, sign * crowd, -(2**62)).argmax()",
        "    dots.flat[p], crowd[...] = not dot, crowd - sign * spread(p)",
        "    return p",
        "while change(True) != change(False): pass",
        "kept = dots.copy(), crowd.copy()",
        f"for rank in range({few})[::-1]: ranks.flat[change(True)] = rank",
        "dots, crowd = kept",
        f"for rank in range({few}, {cells}): ranks.flat[change(False)] = rank",
        "x, y = np.indices(image.shape)" if transpose else INDICES,
        f"ranks = ranks[y % {size}, x % {size}]",
    )
