"""The wavefront path: along a slanted line, all pixels that wait for nobody.

Row y is shifted by y times the slant; at every moment one pixel of each row can be
printed. The slant is the least at which a cell is still paid in the slow loop's order.
Rows that alternate in direction have no such front: the first pixel of a row waits for
the last one of the row above. This path is for raster order.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.diffuser import Diffuser, Values
from digits_widget.dithering.kernel import Kernel


def wavefront(diffuser: Diffuser, pixels: Values) -> NDArray[np.uint8]:
    """Diffuse errors over pictures in raster order, left to right.

    Parameters
    ----------
    diffuser : Diffuser
        The operations on a pixel.
    pixels : array
        (rows, cols, n) working values; the pictures lie along the last axis.

    Returns
    -------
    array
        (rows, cols, n) uint8, the level of each pixel.
    """
    kernel = diffuser.kernel
    slant = _slant(kernel)
    late = kernel.reach + slant * kernel.depth
    source = _slanted(pixels, slant, late=late, deep=kernel.depth)
    go = _go_plain if diffuser.arithmetic.is_plain else _go
    levels = go(
        diffuser, source, _moments(pixels.shape[0], pixels.shape[1], slant), slant
    )
    rows, cols = pixels.shape[:2]
    return np.stack([levels[slant * y : slant * y + cols, y] for y in range(rows)])


def _slant(kernel: Kernel) -> int:
    """Find the least shift from row to row that keeps the order of all shares.

    A row lies so far behind the one above that a pixel is printed after all that pay
    it; and of two taps that pay one cell, the one from farther above comes no later.
    Where both come in one moment, the walk pays that one first.
    """
    after = [-((dx - 1) // dy) for dx, dy, _ in kernel.taps if dy]
    in_turn = [
        -((above_dx - dx) // (above - dy))
        for (above_dx, above, _), (dx, dy, _) in product(kernel.taps, repeat=2)
        if above > dy
    ]
    return max([1, *after, *in_turn])


def _moments(rows: int, cols: int, slant: int) -> list[tuple[int, int]]:
    """Say at each moment which rows, first and past the last, print a pixel."""
    return [
        (max(0, -(-(moment - cols + 1) // slant)), min(rows, moment // slant + 1))
        for moment in range(cols + slant * (rows - 1))
    ]


def _go(
    diffuser: Diffuser, source: Values, moments: list[tuple[int, int]], slant: int
) -> NDArray[np.uint8]:
    cells = diffuser.start(source)
    levels = np.zeros(cells.shape, dtype=np.uint8)
    taps = sorted(diffuser.kernel.taps, key=lambda tap: -tap[1])
    for moment, (first, last) in enumerate(moments):
        here = (moment, slice(first, last))
        value = diffuser.read(cells[here], source[here])
        level = diffuser.decide(value)
        levels[here] = level
        error = diffuser.error(value, source[here], level)
        for dx, dy, weight in taps:
            paid = cells[moment + dx + slant * dy, first + dy : last + dy]
            diffuser.pay(paid, error, weight)
    return levels


def _go_plain(
    diffuser: Diffuser, cells: Values, moments: list[tuple[int, int]], slant: int
) -> NDArray[np.uint8]:
    """Do as `_go` with a plain arithmetic: the same sums in a third of the calls."""
    rule, count = diffuser.arithmetic, cells.shape[2]
    levels = np.zeros(cells.shape, dtype=np.uint8)
    flat, flat_levels = cells.reshape(len(cells), -1), levels.reshape(len(cells), -1)
    bits = flat_levels.view(bool)
    shares = np.empty((2 * diffuser.kernel.reach + 1, flat.shape[1]))
    runs = [
        (
            dx + slant * dy,
            dy * count,
            len(weights),
            np.array([[diffuser.weights[w]] for w in weights]),
        )
        for dx, dy, weights in _runs(diffuser.kernel)
    ]
    compare = np.greater_equal if rule.ties == "up" else np.greater
    # Arrays of no dimension: a bare number is made into one at every call.
    middle, black, white = np.array(rule.middle), np.array(0.0), np.array(rule.white)
    white_byte = white.astype(np.min_scalar_type(rule.white))
    for moment, rows in enumerate(moments):
        first, last = rows[0] * count, rows[1] * count
        cell = flat[moment, first:last]
        if rule.clamp == "read":
            np.clip(cell, black, white, out=cell)
        compare(cell, middle, out=bits[moment, first:last])
        # The cell's value turns into its error where it is.
        np.subtract(cell, flat_levels[moment, first:last] * white_byte, out=cell)
        for delay, down, times, weights in runs:
            start = moment + delay
            paid = flat[start : start + times, first + down : last + down]
            share = np.multiply(weights, cell, out=shares[:times, : last - first])
            np.add(paid, share, out=paid)
    return levels


def _runs(kernel: Kernel) -> list[tuple[int, int, list[int]]]:
    """Gather taps that are neighbours in a row: (dx of the first, dy, weights).

    Those that reach farthest down come first: see `_slant`.
    """
    runs: list[tuple[int, int, list[int]]] = []
    for dx, dy, weight in sorted(kernel.taps, key=lambda tap: (-tap[1], tap[0])):
        if runs and (dx - len(runs[-1][2]), dy) == runs[-1][:2]:
            runs[-1][2].append(weight)
        else:
            runs.append((dx, dy, [weight]))
    return runs


def _slanted(pixels: Values, slant: int, *, late: int, deep: int) -> Values:
    """Copy (rows, cols, n) to (moments, rows, n), with room to pay into the void."""
    rows, cols, count = pixels.shape
    moments = cols + slant * (rows - 1)
    table = np.zeros((moments + late, rows + deep, count), dtype=pixels.dtype)
    for y in range(rows):
        table[slant * y : slant * y + cols, y] = pixels[y]
    return table
