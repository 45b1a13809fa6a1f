"""Refuse, with the reason, what a step cannot take: its options and its image."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import (
    ImageError,
    OptionError,
    StepOrderError,
    UnknownMethodError,
)


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Refuse what is not a number from `low` to `high`.

    Raises
    ------
    OptionError
        Of another type, NaN, or out of range.
    """
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not (fits and low <= float(str(value)) <= high):
        above = f"from {low:g} to {high:g}" if math.isfinite(high) else f"from {low:g}"
        msg = f"Got {name}={value!r}, expected a number {above}."
        raise OptionError(msg)


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is not a whole number from `low` to `high`.

    Raises
    ------
    OptionError
        Of another type, or out of range.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not low <= value <= high
    ):
        msg = f"Got {name}={value!r}, expected a whole number from {low} to {high}."
        raise OptionError(msg)


def check_switch(name: str, value: object) -> None:
    """Refuse what is not True or False.

    Raises
    ------
    OptionError
        Anything else.
    """
    if not isinstance(value, bool):
        msg = f"Got {name}={value!r}, expected True or False."
        raise OptionError(msg)


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    """Refuse what is not one of the words, and name the nearest.

    Raises
    ------
    UnknownMethodError
        Another word, or no word.
    """
    words = tuple(choices)
    if value not in words:
        near = difflib.get_close_matches(str(value), words, n=2, cutoff=0.4)
        hint = f" Perhaps {' or '.join(near)}?" if near else ""
        msg = f"Got {name}={value!r}, expected one of {', '.join(words)}.{hint}"
        raise UnknownMethodError(msg)


def checked(image: ArrayLike) -> NDArray[np.float32]:
    """Return a picture as float32, unless there is something wrong with it.

    Parameters
    ----------
    image : array_like
        (rows, cols), or (rows, cols, 3 or 4) before `Flatten`; floats in [0, 1].

    Raises
    ------
    ImageError
        Another shape, no floats, NaN, or values outside [0, 1].
    """
    array = np.asarray(image)
    colours = array.ndim == 3 and array.shape[2] in {3, 4}
    if not (array.ndim == 2 or colours) or 0 in array.shape:
        msg = (
            f"Got an image of shape {array.shape}, expected (rows, cols), or "
            "(rows, cols, 3 or 4) for colours. Reshape it."
        )
        raise ImageError(msg)
    if array.dtype.kind != "f":
        msg = (
            f"Got an image of {array.dtype}, expected float32 in [0, 1]. read_picture "
            "takes other kinds; bytes become floats by / 255."
        )
        raise ImageError(msg)
    low, high = float(array.min()), float(array.max())
    if math.isnan(low):
        msg = "Got an image with NaN in it, expected numbers in [0, 1]. Fill them."
        raise ImageError(msg)
    if low < 0 or high > 1:
        cure = "Divide by 255." if 2 < high <= 255 and low >= 0 else "Scale it first."
        msg = f"Got an image with values {low:g} to {high:g}, expected 0 to 1. {cure}"
        raise ImageError(msg)
    return array.astype(np.float32, copy=False)


def check_flat(image: NDArray[np.generic], title: str) -> None:
    """Refuse colours where one grey value a pixel is needed.

    Raises
    ------
    StepOrderError
        The image still has channels.
    """
    if image.ndim != 2:
        msg = (
            f"{title} works on one grey value a pixel, and this picture still has "
            f"{image.shape[-1]} channels: put Flatten before it."
        )
        raise StepOrderError(msg)
