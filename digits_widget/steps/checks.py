"""Checks of the options and the image of a step."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import (
    ImageError,
    StepOrderError,
    UnknownMethodError,
)
from digits_widget.nearest_names import nearest_names


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    """Refuse a value that is not one of the choices, and suggest similar ones.

    Parameters
    ----------
    name : str
        Name of the option, for the message.
    value : object
        The value to check.
    choices : iterable of str
        The values to accept.

    Raises
    ------
    UnknownMethodError
        The value is not one of `choices`.
    """
    words = tuple(choices)
    if value not in words:
        near = nearest_names(str(value), words, most=2)
        hint = f" Perhaps {' or '.join(near)}?" if near else ""
        msg = f"Got {name}={value!r}, expected one of {', '.join(words)}.{hint}"
        raise UnknownMethodError(msg)


def checked(image: ArrayLike) -> NDArray[np.float32]:
    """Check a picture, and return it as float32.

    Parameters
    ----------
    image : array_like
        (rows, cols), or (rows, cols, 3 or 4) before `Flatten`; floats in [0, 1].

    Raises
    ------
    ImageError
        The shape is another, the values are not floats, or a value is NaN or outside
        [0, 1].
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
        msg = "Got an image with NaN in it, expected numbers in [0, 1]. Replace it."
        raise ImageError(msg)
    if low < 0 or high > 1:
        cure = "Divide by 255." if 2 < high <= 255 and low >= 0 else "Scale it first."
        msg = f"Got an image with values {low:g} to {high:g}, expected 0 to 1. {cure}"
        raise ImageError(msg)
    return array.astype(np.float32, copy=False)


def check_flat(image: NDArray[np.generic], title: str) -> None:
    """Refuse a picture with colours.

    Parameters
    ----------
    image : ndarray
        The image before a step.
    title : str
        Name of the step, for the message.

    Raises
    ------
    StepOrderError
        The image still has channels.
    """
    if image.ndim != 2:
        msg = (
            f"{title} needs one grey value per pixel, but this picture still has "
            f"{image.shape[-1]} channels: put Flatten before it."
        )
        raise StepOrderError(msg)
