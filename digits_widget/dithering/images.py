"""Refuse, with the reason, what cannot be dithered; hand the rest on as a batch."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import ImageError

Floats = NDArray[np.floating]


def as_batch(image: ArrayLike) -> Floats:
    """Return the picture or pictures as a batch: (n, rows, cols), floats in [0, 1].

    The array is the one given wherever possible; nobody writes to it.

    Raises
    ------
    ImageError
        No array of floats, not two or three axes, no pixels, NaN, or out of range.
    """
    array = _as_array(image)
    if array.dtype.kind != "f":
        whole = array.dtype.kind in "biu"
        cure = "Divide whole numbers by their white: pixels / 255."
        if not whole:
            cure = "Read files with read_picture, and make greys of them with Flatten."
        msg = f"Got pixels of type {array.dtype}, expected floats in [0, 1]. {cure}"
        raise ImageError(msg)
    if array.ndim not in (2, 3):
        msg = (
            f"Got an array of shape {array.shape}, expected (rows, cols) or "
            "(n, rows, cols) of grey pixels. Reshape it; Flatten makes greys of "
            "colours."
        )
        raise ImageError(msg)
    if 0 in array.shape[-2:]:
        msg = (
            f"Got a picture without pixels, of shape {array.shape}, expected one row "
            "and column at least. See what cut it to nothing."
        )
        raise ImageError(msg)
    _check_range(array)
    floats: Floats = array.astype(np.promote_types(array.dtype, np.float32), copy=False)
    return floats if floats.ndim == 3 else floats[np.newaxis]


def _as_array(image: ArrayLike) -> NDArray[np.generic]:
    try:
        return np.asarray(image)
    except ValueError as exc:
        msg = (
            f"Got rows that are no array ({exc}), expected an array of grey pixels. "
            "Make all rows equally long."
        )
        raise ImageError(msg) from exc


def _check_range(array: NDArray[np.generic]) -> None:
    if not array.size:
        return
    low, high = float(array.min()), float(array.max())
    if np.isnan(low) or np.isnan(high):
        msg = "Got pixels that are NaN, expected numbers in [0, 1]. Fill them first."
        raise ImageError(msg)
    if low < 0 or high > 1:
        cure = "Divide by the white, such as 255."
        if high <= 2 or np.isinf(high):
            cure = "Clip them: numpy.clip(pixels, 0, 1)."
        msg = f"Got pixels from {low:g} to {high:g}, expected [0, 1]. {cure}"
        raise ImageError(msg)
