"""Code for Knuth's dot diffusion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.codegen.text import SHAPE, Lines, as_table


def dots(
    *,
    classes: NDArray[np.int64],
    light: str,
    across_tiles: bool,
    edge: str,
    threshold: float,
    ties: str,
    white: int,
) -> Lines:
    """Write `diffuse_dots` as code.

    Parameters
    ----------
    classes : array
        (8, 8) the turn of each pixel of a tile.
    light : str
        Python for the working values of `image`.
    across_tiles, edge, threshold, ties, white
        As for `diffuse_dots`.
    """
    # Shares that leave the picture land in the margin, but still count in the sum.
    outside = (
        "        if not (0 <= down < rows and 0 <= right < cols):",
        "            continue",
    )
    elsewhere = (
        "        if (down // 8, right // 8) != (y // 8, x // 8):  # another tile",
        "            continue",
    )
    compare = ">=" if ties == "up" else ">"
    return (
        "# When the pixels of each tile of 8x8 have their turn.",
        *as_table("turns", classes),
        SHAPE,
        f"cells = ({light}).astype(np.float64)",
        "cells = np.pad(cells, 1)",
        "turn_of = lambda place: turns[place[0] % 8, place[1] % 8]",
        "for y, x in sorted(np.ndindex(image.shape), key=turn_of):",
        "    value = cells[y + 1, x + 1]",
        f"    is_white = int(value {compare} {threshold * white!r})",
        "    image[y, x] = is_white",
        "    # The error goes to neighbours whose turn is still to come.",
        "    later = []",
        "    for down, right in np.argwhere(np.ones((3, 3))) + (y - 1, x - 1):",
        "        if turn_of((down, right)) <= turn_of((y, x)):",
        "            continue",
        *(() if across_tiles else elsewhere),
        *(outside if edge == "share" else ()),
        "        is_corner = down != y and right != x",
        "        later.append((down, right, 1 if is_corner else 2))",
        "    total = max(sum(weight for *_, weight in later), 1)",
        f"    error = value - {white} * is_white",
        "    for down, right, weight in later:",
        "        cells[down + 1, right + 1] += error / total * weight",
    )
