"""Print a picture with the greys of a `GreyTree`, in ImageMagick's arithmetic."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.curve import hilbert_walk, level_to_cover
from digits_widget.dithering.imagemagick.grey_tree import WHITE, GreyTree, to_char

Image16 = NDArray[np.integer]
"""(rows, cols) whole numbers from 0, black, to 65535, white."""

_QUEUE = 16

_DRAWERS = 64
"""Number of drawers, one for every four 8-bit greys."""


def two_greys(image: Image16, *, alpha: bool = False) -> tuple[int, ...]:
    """Choose the greys that ``-colors 2`` chooses: one or two, 0 to 65535.

    Parameters
    ----------
    image, alpha
        As for `GreyTree`.
    """
    return GreyTree(image, alpha=alpha).greys


def floyd_steinberg_onto(image: Image16, tree: GreyTree) -> NDArray[np.uint16]:
    """Diffuse errors as ``-dither FloydSteinberg`` does, in serpentine rows.

    It clips values and rounds them half up to 16 bits when it reads a pixel. All sums
    are in sixteenths, and exact.

    Parameters
    ----------
    image : ndarray
        (rows, cols) whole numbers from 0 to 65535.
    tree : GreyTree
        The greys to print with.
    """
    rows, cols = image.shape
    known = [-1] * _DRAWERS
    printed = []
    above = [0] * (cols + 2)
    for y, row in enumerate(image.tolist()):
        errors, step = [0] * (cols + 2), -1 if y % 2 else 1
        for x in range(1, cols + 1)[::step]:
            shares = 7 * errors[x - step] + above[x + step]
            shares += 5 * above[x] + 3 * above[x - step]
            value = min(max(row[x - 1] + (shares + 8 >> 4), 0), WHITE)
            # Do the same as `_chooser`, without the cost of a call.
            drawer = value + 128 - (value + 128 >> 8) >> 10
            if known[drawer] < 0:
                known[drawer] = tree.nearest(value)
            row[x - 1] = known[drawer]
            errors[x] = value - known[drawer]
        printed.append(row)
        above = errors
    return np.array(printed, dtype=np.uint16).reshape(rows, cols)


def riemersma_onto(
    image: Image16, tree: GreyTree, *, version: int = 6
) -> NDArray[np.uint16]:
    """Diffuse errors along Hilbert's curve, as ``-dither Riemersma`` does.

    In version 6 the newest of sixteen errors weighs most, in version 7.1 the oldest.

    Parameters
    ----------
    image : ndarray
        (rows, cols) whole numbers from 0 to 65535.
    tree : GreyTree
        The greys to print with.
    version : int
        6 for ImageMagick 6, 7 for 7.1.
    """
    rows, cols = image.shape
    side = max(rows, cols)
    level = side.bit_length() if version == 6 else level_to_cover(side)
    weights = falling_weights() if version == 6 else rising_weights()
    choose = _chooser(tree)
    pixels: list[int] = image.ravel().tolist()
    errors = deque([0.0] * _QUEUE, maxlen=_QUEUE)
    for place in hilbert_walk(rows, cols, level).tolist():
        pixel: float = pixels[place]
        for weight, error in zip(weights, errors, strict=True):
            pixel += weight * error
        value = min(max(math.floor(pixel + 0.5), 0), WHITE)
        grey = choose(value)
        pixels[place] = grey
        errors.append(value - grey)
    return np.array(pixels, dtype=np.uint16).reshape(rows, cols)


def nearest_onto(image: Image16, tree: GreyTree) -> NDArray[np.uint16]:
    """Print each pixel with its nearest grey, as ``-dither None`` does.

    Parameters
    ----------
    image : ndarray
        (rows, cols) whole numbers from 0 to 65535.
    tree : GreyTree
        The greys to print with.
    """
    values, places = np.unique(image, return_inverse=True)
    greys = [tree.nearest(value) for value in values.tolist()]
    return np.array(greys, dtype=np.uint16)[places].reshape(image.shape)


def _chooser(tree: GreyTree) -> Callable[[int], int]:
    """Return a function that remembers the first answer for every four 8-bit greys."""
    known: dict[int, int] = {}

    def choose(value: int) -> int:
        drawer = to_char(value) >> 2
        if drawer not in known:
            known[drawer] = tree.nearest(value)
        return known[drawer]

    return choose


def falling_weights() -> list[float]:
    """Return the weights of version 6, oldest first: rising, with a sum of 1."""
    weight, weights = 1.0, []
    for _ in range(_QUEUE):
        weights.append(1.0 / weight)
        weight *= math.exp(math.log(WHITE + 1.0) / (_QUEUE - 1.0))
    total = _sum(reversed(weights))
    normal = [weight / total for weight in reversed(weights)]
    normal[0] += 1.0 - _sum(normal)
    return normal


def _sum(numbers: Iterable[float]) -> float:
    # From Python 3.12 on, sum() corrects its rounding; ImageMagick does not.
    total = 0.0
    for number in numbers:
        total += number
    return total


def rising_weights() -> list[float]:
    """Return the weights of version 7.1, oldest first: from 1/16 down to 1/256."""
    weight, weights = 1.0, []
    for _ in range(_QUEUE):
        weights.append(1.0 / weight / _QUEUE)
        weight *= math.exp(math.log(16.0) / (_QUEUE - 1.0))
    return weights
