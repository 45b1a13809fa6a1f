"""Estimates the light on a sheet of paper, ignoring the ink."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image as Pillow

from digits_widget.steps.step import Image

_COARSE = 48
"""Pixels along the longer side of the small picture used for medians."""

_REACH = 8
"""Pixels of that picture on each side of a pixel that its median covers."""


def closing(image: Image, side: int) -> Image:
    """Fill everything dark that is narrower than a square of this side.

    This is a grey closing: the maximum over each square, then the minimum (J. Serra,
    Image Analysis and Mathematical Morphology, 1982). Lines disappear, and edges of
    wide shadows stay sharp. The edge pixels repeat beyond the picture, so that a dark
    table stays dark.

    Parameters
    ----------
    image : ndarray
        (rows, cols) float32.
    side : int
        Pixels, odd.
    """
    padded = np.pad(image, side, mode="edge")
    for extreme in (np.maximum, np.minimum):
        padded = over_square(padded, side, extreme)
    return padded[side:-side, side:-side]


def over_square(image: Image, side: int, extreme: Callable[..., Image]) -> Image:
    """Return the maximum or minimum of the square around each pixel.

    Parameters
    ----------
    image : ndarray
        (rows, cols) float32.
    side : int
        Pixels, odd.
    extreme : callable
        ``np.maximum`` or ``np.minimum``.
    """
    rows = _down(np.pad(image, side // 2, mode="edge"), side, extreme)
    return _down(rows.T, side, extreme).T


def _down(image: Image, length: int, extreme: Callable[..., Image]) -> Image:
    """Return the extreme of every `length` rows, in doubling steps."""
    have = 1
    while have < length:
        step = min(have, length - have)
        image = extreme(image[:-step], image[step:])
        have += step
    return image


def smooth(image: Image) -> Image:
    """Return the mean of each pixel and its eight neighbours."""
    padded = np.pad(image, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Image = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def local_median(image: Image) -> Image:
    """Return the approximate median of a third of the picture around each pixel."""
    rows, cols = image.shape
    scale = min(1, _COARSE / max(rows, cols))
    size = (max(1, round(cols * scale)), max(1, round(rows * scale)))
    coarse = resized(image, size, Pillow.Resampling.BOX)
    windows = sliding_window_view(
        np.pad(coarse, _REACH, mode="symmetric"), (2 * _REACH + 1,) * 2
    )
    medians = np.median(windows.reshape(*coarse.shape, -1), axis=-1)
    return resized(medians.astype(np.float32), (cols, rows), Pillow.Resampling.BILINEAR)


def resized(image: Image, size: tuple[int, int], method: Pillow.Resampling) -> Image:
    """Return the picture at another size.

    Parameters
    ----------
    image : ndarray
        (rows, cols) float32.
    size : tuple of int
        Columns and rows wanted.
    method : PIL.Image.Resampling
        The filter.
    """
    picture = Pillow.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.resize(size, method))
