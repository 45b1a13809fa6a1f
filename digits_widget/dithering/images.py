"""`as_batch`: checks a picture, and returns it as a batch to dither."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import ImageError, ImageTooLargeError

Floats = NDArray[np.floating]

MAX_PIXELS = 50_000_000
"""The most pixels of one picture, as for `read_picture`. Time and memory grow with the
number of pixels, whatever the shape, so that this bounds both."""

_COLOURS = {3: "red, green and blue", 4: "red, green, blue and alpha"}
"""The channels in the last axis of a colour picture, by its length."""


def as_batch(image: ArrayLike) -> Floats:
    """Return the picture or pictures as a batch: (n, rows, cols), floats in [0, 1].

    It is the given array where possible; `dither` never writes to it.

    Parameters
    ----------
    image : array_like
        (rows, cols) or (n, rows, cols), floats in [0, 1].

    Raises
    ------
    ImageError
        The image is not an array of floats, does not have two or three axes, is a
        colour picture, has no pixels, or has NaN or values out of range.
    ImageTooLargeError
        A picture has more than `MAX_PIXELS`.
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
    if array.ndim == 3 and array.shape[2] in _COLOURS:
        _refuse_colours(array.shape)
    _check_size(*array.shape[-2:])
    _check_range(array)
    floats: Floats = array.astype(np.promote_types(array.dtype, np.float32), copy=False)
    return floats if floats.ndim == 3 else floats[np.newaxis]


def _as_array(image: ArrayLike) -> NDArray[np.generic]:
    try:
        return np.asarray(image)
    except ValueError as exc:
        msg = (
            f"Got rows that are not an array ({exc}), expected an array of grey "
            "pixels. Make all rows equally long."
        )
        raise ImageError(msg) from exc


def _refuse_colours(shape: tuple[int, ...]) -> NoReturn:
    rows, cols, channels = shape
    msg = (
        f"Got an array of shape {shape}: {rows} rows of {cols} pixels in colours "
        f"({_COLOURS[channels]}), expected one picture in greys, (rows, cols), "
        "or many, (n, rows, cols). Make greys first, as "
        "digits_widget.steps.Flatten()(image) does. If these are "
        f"{rows} grey pictures of {channels} columns, dither them one by one."
    )
    raise ImageError(msg)


def _check_size(rows: int, cols: int) -> None:
    if rows * cols > MAX_PIXELS:
        msg = (
            f"Got a picture of {rows:,} rows and {cols:,} columns, "
            f"{rows * cols:,} pixels, expected at most {MAX_PIXELS:,} in all. Scale it "
            "down first."
        )
        raise ImageTooLargeError(msg)


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
