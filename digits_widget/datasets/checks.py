"""Converts images and labels of any origin to MNIST's format, and checks them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import DataError, shortened

_SIDE = 28


def check_images(
    images: NDArray[np.generic], labels: NDArray[np.generic], path: Path
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the arrays in MNIST's format.

    Parameters
    ----------
    images : ndarray
        (n, 28, 28), (n, 28, 28, 1) or (n, 784): whole numbers in [0, 255], floats in
        [0, 1], or bool; the highest value is ink.
    labels : ndarray
        (n,) whole numbers in [0, 9], of any type.
    path : Path
        Their file, for messages.

    Returns
    -------
    images : ndarray
        (n, 28, 28) uint8, 255 is ink.
    labels : ndarray
        (n,) int64 in [0, 9].

    Raises
    ------
    DataError
        The shapes, counts or values are others.
    """
    numbers = _labels(np.asarray(labels), path)
    images = np.asarray(images)
    count = len(numbers)
    if images.ndim != 3 and images.size == count * _SIDE**2 and count:
        images = images.reshape(count, _SIDE, _SIDE)
    if images.shape != (count, _SIDE, _SIDE) or not count:
        msg = (
            f"Got {shortened(path)} with images of shape {images.shape} and {count} "
            "labels, expected (n, 28, 28) and n. Put pictures of another size in a "
            "folder: a preset frames them."
        )
        raise DataError(msg)
    return _bytes(images, path), numbers


def _labels(labels: NDArray[np.generic], path: Path) -> NDArray[np.int64]:
    """Return (n,) whole numbers in [0, 9], also from texts of numbers."""
    try:
        values = labels.astype(np.float64)
    except (TypeError, ValueError):
        values = np.array([_number(label) for label in labels.flat])
        values = values.reshape(labels.shape)
    wrong = labels[~np.isin(values, np.arange(10))]
    if labels.ndim == 1 and not len(wrong):
        return values.astype(np.int64)
    got = (
        f"such as {shortened(str(wrong[0]))}"
        if labels.ndim == 1
        else f"of shape {labels.shape}"
    )
    msg = (
        f"Got {shortened(path)} with labels {got}, expected 0 to 9, one for each image."
    )
    raise DataError(msg)


def _number(label: Any) -> float:  # noqa: ANN401 - of any type that NumPy knows
    """Return the label as a number; NaN if it is not one."""
    try:
        return float(label)
    except (TypeError, ValueError):
        return np.nan


def _bytes(images: NDArray[np.generic], path: Path) -> NDArray[np.uint8]:
    if images.dtype == np.uint8:
        return images.astype(np.uint8)
    kind = images.dtype.kind
    if kind not in "fiub":
        msg = f"Got {shortened(path)} with images of {images.dtype}, expected numbers."
        raise DataError(msg)
    values = images.astype(np.float64)
    highest = 255 if kind in "iu" else 1
    low, high = float(values.min()), float(values.max())
    # "not" refuses NaN as well, which compares as False.
    if not (low >= 0 and high <= highest):
        scale = " Divide by 255." if kind == "f" and 1 < high <= 255 else ""
        msg = (
            f"Got {shortened(path)} with images of {images.dtype} from {low:g} to "
            f"{high:g}, expected floats from 0 to 1 or whole numbers from 0 to 255."
            f"{scale}"
        )
        raise DataError(msg)
    return np.rint(values * (255 / highest)).astype(np.uint8)


def check_label(value: Any) -> int:  # noqa: ANN401 - whatever JSON holds
    """Return the label of one digit, from a number or its text.

    Raises
    ------
    ValueError
        `value` is not a digit from 0 to 9.
    """
    is_written = isinstance(value, str) and value.isdecimal() and len(value) < 20
    number = int(value) if is_written else value
    if isinstance(number, bool) or number not in range(10):
        msg = f"the label is {shortened(value)}, not a digit from 0 to 9"
        raise ValueError(msg)
    return int(number)
