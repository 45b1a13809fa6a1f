"""Error diffusion along a slanted line, whose pixels have received all their errors.

The engine shifts row y by y times the slant, so that one pixel of each row can print at
every moment. The slant is the least at which a cell still receives its shares in the
order of the reference loop. The engine is for raster order: if rows alternate in
direction, the first pixel of a row waits for the last one of the row above.
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
    rows, cols, count = pixels.shape
    deep = diffuser.kernel.depth
    cells = np.zeros((rows + deep, cols, count), dtype=pixels.dtype)
    cells[:rows] = diffuser.start(pixels)
    levels = np.empty(pixels.shape, dtype=np.uint8)
    # A slanted table grows with the square of its rows. So cut a tall picture into
    # bands about as high as they are wide; each passes its errors on to the next.
    high = max(cols, _LEAST_BAND)
    for top in range(0, rows, high):
        band = slice(top, min(top + high, rows))
        levels[band] = _print_band(diffuser, cells[top:], pixels[band])
    return levels


_LEAST_BAND = 32
"""The least rows of a band, even for a picture that is only a few pixels wide."""


def _print_band(diffuser: Diffuser, cells: Values, pixels: Values) -> NDArray[np.uint8]:
    """Print the topmost rows of `cells`, and pay their errors to the rows below.

    Parameters
    ----------
    diffuser : Diffuser
        The operations on a pixel.
    cells : array
        (at least rows + depth, cols, n): pixels with the errors received so far. The
        function writes to the rows below those that it prints.
    pixels : array
        (rows, cols, n): the rows to print.

    Returns
    -------
    array
        (rows, cols, n) uint8, the level of each pixel.
    """
    kernel, rule = diffuser.kernel, diffuser.arithmetic
    slant, (rows, cols) = _slant(kernel), pixels.shape[:2]
    below = range(rows, rows + kernel.depth)
    late = kernel.reach + slant * kernel.depth
    table = _slanted(cells[: rows + kernel.depth], slant, late=kernel.reach)
    moments = _moments(rows, cols, slant)
    if rule.is_plain:
        levels = _go_plain(diffuser, table, moments, slant)
    else:
        # Only some programs look at the original pixel again.
        source = _slanted(pixels, slant, late=late)
        levels = _go(diffuser, table, source, moments, slant)
    for y in below:
        cells[y] = table[slant * y : slant * y + cols, y]
    return np.stack([levels[slant * y : slant * y + cols, y] for y in range(rows)])


def _slant(kernel: Kernel) -> int:
    """Find the least shift from row to row that keeps the order of all shares.

    A row must lie so far behind the one above that a pixel prints after all those that
    pay it. If two taps pay one cell, the tap from farther above must not come later; at
    the same moment the walk pays that one first.
    """
    after = [-((dx - 1) // dy) for dx, dy, _ in kernel.taps if dy]
    in_turn = [
        -((above_dx - dx) // (above - dy))
        for (above_dx, above, _), (dx, dy, _) in product(kernel.taps, repeat=2)
        if above > dy
    ]
    return max([1, *after, *in_turn])


def _moments(rows: int, cols: int, slant: int) -> list[tuple[int, int]]:
    """Return for each moment the range of rows that print a pixel, end excluded."""
    return [
        (max(0, -(-(moment - cols + 1) // slant)), min(rows, moment // slant + 1))
        for moment in range(cols + slant * (rows - 1))
    ]


def _go(
    diffuser: Diffuser,
    cells: Values,
    source: Values,
    moments: list[tuple[int, int]],
    slant: int,
) -> NDArray[np.uint8]:
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
    """Do the same as `_go` in plain arithmetic, with a third of the calls."""
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
    # Use arrays without dimensions: NumPy converts a plain number at every call.
    middle, black, white = np.array(rule.middle), np.array(0.0), np.array(rule.white)
    white_byte = white.astype(np.min_scalar_type(rule.white))
    for moment, rows in enumerate(moments):
        first, last = rows[0] * count, rows[1] * count
        cell = flat[moment, first:last]
        if rule.clamp == "read":
            np.clip(cell, black, white, out=cell)
        compare(cell, middle, out=bits[moment, first:last])
        # The cell's value turns into its error in place.
        np.subtract(cell, flat_levels[moment, first:last] * white_byte, out=cell)
        for delay, down, times, weights in runs:
            start = moment + delay
            paid = flat[start : start + times, first + down : last + down]
            share = np.multiply(weights, cell, out=shares[:times, : last - first])
            np.add(paid, share, out=paid)
    return levels


def _runs(kernel: Kernel) -> list[tuple[int, int, list[int]]]:
    """Group taps that are neighbours in a row, as (dx of the first, dy, weights).

    The groups that reach farthest down come first: see `_slant`.
    """
    runs: list[tuple[int, int, list[int]]] = []
    for dx, dy, weight in sorted(kernel.taps, key=lambda tap: (-tap[1], tap[0])):
        if runs and (dx - len(runs[-1][2]), dy) == runs[-1][:2]:
            runs[-1][2].append(weight)
        else:
            runs.append((dx, dy, [weight]))
    return runs


def _slanted(pixels: Values, slant: int, *, late: int) -> Values:
    """Copy (rows, cols, n) to (moments, rows, n), with room for shares at the right."""
    rows, cols, count = pixels.shape
    moments = cols + slant * (rows - 1)
    table = np.zeros((moments + late, rows, count), dtype=pixels.dtype)
    for y in range(rows):
        table[slant * y : slant * y + cols, y] = pixels[y]
    return table
