"""Thresholds without dithering: one for the picture, or one for each neighbourhood."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import eight_bit
from digits_widget.dithering.codegen import threshold as codegen
from digits_widget.dithering.images import Floats
from digits_widget.dithering.method import Method
from digits_widget.option import Option

_SPREAD = 128 / 255
"""Sauvola's R: the largest standard deviation to expect."""

_FLAT = 1e-6
"""Standard deviation below which a neighbourhood has no threshold of its own."""

THRESHOLD = Option("Where white begins.", 0.5, low=0, high=1)
TIES = Option(
    "What a value exactly on the threshold becomes.", "up", choices=("up", "down")
)
WINDOW = Option(
    "Pixels along the side of the neighbourhood, an odd number.",
    15,
    choices=tuple(range(3, 100, 2)),
)
SAUVOLA_K = Option("How much flat neighbourhoods are lowered.", 0.2, low=0, high=1)
NIBLACK_K = Option("Standard deviations added to the mean.", -0.2, low=-2, high=2)
BELOW = Option("How far below the mean white begins.", 0.15, low=0, high=1)


def _fixed(images: Floats, *, threshold: float, ties: str) -> Floats:
    compare = np.greater_equal if ties == "up" else np.greater
    # 8-bit greys are whole numbers over 255: compare the whole numbers, which are
    # exact.
    white = images.dtype.type(255)
    return compare(images * white, threshold * 255).astype(np.float32)


def _mean(images: Floats) -> Floats:
    means = images.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
    flat = np.ptp(images, axis=(1, 2), keepdims=True) < _FLAT
    return (images > np.where(flat, 0.5, means)).astype(np.float32)


def otsu_threshold(image: Floats) -> float:
    """Find the grey that divides a picture into the two most distinct classes.

    Parameters
    ----------
    image : array
        (rows, cols) floats in [0, 1], which are rounded to 256 greys.

    Returns
    -------
    float
        In [0, 1], halfway between the nearest greys of both classes; 0.5 for a picture
        of one grey.
    """
    counts = np.bincount(eight_bit(image).ravel(), minlength=256)
    below = np.cumsum(counts)
    total = np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = total / below - (total[-1] - total) / above
        between = np.nan_to_num(below * above * gap**2)
    if not between.any():
        return 0.5
    # Greys without pixels score the same as their neighbour: take the middle of the
    # best.
    best = np.flatnonzero(between == between.max())
    return float((best[0] + best[-1] + 1) / 2 / 255)


def _otsu(images: Floats) -> Floats:
    thresholds = np.array([otsu_threshold(image) for image in images])
    return (images > thresholds.reshape(-1, 1, 1)).astype(np.float32)


def _window_sums(images: Floats, window: int) -> NDArray[np.float64]:
    """Sum the neighbourhood of each pixel, cut off at the picture's edges."""
    rows, cols = images.shape[1:]
    table = np.zeros((len(images), rows + 1, cols + 1))
    table[:, 1:, 1:] = images.cumsum(axis=1, dtype=np.float64).cumsum(axis=2)
    half = window // 2
    y, x = np.arange(rows), np.arange(cols)
    top, bottom = np.maximum(y - half, 0), np.minimum(y + half + 1, rows)
    left, right = np.maximum(x - half, 0), np.minimum(x + half + 1, cols)
    strips = table[:, bottom] - table[:, top]
    sums: NDArray[np.float64] = strips[:, :, right] - strips[:, :, left]
    return sums


def local_moments(
    images: Floats, window: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the standard deviation around each pixel.

    Parameters
    ----------
    images : array
        (n, rows, cols) floats in [0, 1].
    window : int
        Pixels along the side of the square, odd.
    """
    pixels = _window_sums(np.ones_like(images[:1]), window)
    mean = _window_sums(images, window) / pixels
    squares = _window_sums(images.astype(np.float64) ** 2, window) / pixels
    return mean, np.sqrt(np.maximum(squares - mean**2, 0))


def _sauvola(images: Floats, *, window: int, k: float) -> Floats:
    mean, deviation = local_moments(images, window)
    thresholds = mean * (1 + k * (deviation / _SPREAD - 1))
    return _against(images, thresholds, deviation)


def _niblack(images: Floats, *, window: int, k: float) -> Floats:
    mean, deviation = local_moments(images, window)
    return _against(images, mean + k * deviation, deviation)


def _adaptive_mean(images: Floats, *, window: int, below: float) -> Floats:
    mean, deviation = local_moments(images, window)
    return _against(images, mean * (1 - below), deviation)


def _against(
    images: Floats, thresholds: NDArray[np.float64], deviation: NDArray[np.float64]
) -> Floats:
    # Where all pixels have one grey, only rounding would decide: compare with one half.
    thresholds = np.where(deviation < _FLAT, 0.5, thresholds)
    return (images > thresholds).astype(np.float32)


METHODS = (
    Method(
        name="fixed-threshold",
        family="threshold",
        apply=_fixed,
        code=codegen.fixed,
        year=1960,
        author="unknown",
        source="Folklore",
        keeps_mean=False,
        options={"threshold": THRESHOLD, "ties": TIES},
        aliases=("none",),
        note="No dithering. For a small antialiased digit, hard to beat.",
    ),
    Method(
        name="mean-threshold",
        family="threshold",
        apply=_mean,
        code=codegen.mean,
        year=1960,
        author="unknown",
        source="Folklore",
        keeps_mean=False,
        options={},
        aliases=("mean",),
        note="White is what is brighter than the mean of the picture.",
    ),
    Method(
        name="otsu",
        family="threshold",
        apply=_otsu,
        code=codegen.otsu,
        year=1979,
        author="Nobuyuki Otsu",
        source="A threshold selection method from gray-level histograms, IEEE Trans. "
        "SMC 9(1)",
        keeps_mean=False,
        options={},
        note="Finds the threshold that best parts ink from paper.",
    ),
    Method(
        name="sauvola",
        family="threshold",
        apply=_sauvola,
        code=lambda window, k: codegen.local(
            window, f"mean * (1 + {k!r} * (deviation / {_SPREAD!r} - 1))"
        ),
        year=2000,
        author="Jaakko Sauvola, Matti Pietikäinen",
        source="Adaptive document image binarization, Pattern Recognition 33(2)",
        keeps_mean=False,
        options={"window": WINDOW, "k": SAUVOLA_K},
        note="For scanned pages: give it paper as 1 and ink as 0.",
    ),
    Method(
        name="niblack",
        family="threshold",
        apply=_niblack,
        code=lambda window, k: codegen.local(window, f"mean + {k!r} * deviation"),
        year=1986,
        author="Wayne Niblack",
        source="An Introduction to Digital Image Processing, Prentice Hall",
        keeps_mean=False,
        options={"window": WINDOW, "k": NIBLACK_K},
        note="Mean and deviation around each pixel: finds ink, and grain on empty "
        "paper.",
    ),
    Method(
        name="adaptive-mean",
        family="threshold",
        apply=_adaptive_mean,
        code=lambda window, below: codegen.local(window, f"mean * (1 - {below!r})"),
        year=2007,
        author="Derek Bradley, Gerhard Roth",
        source="Adaptive thresholding using the integral image, Journal of Graphics "
        "Tools 12(2)",
        keeps_mean=False,
        options={"window": WINDOW, "below": BELOW},
        aliases=("bradley-roth",),
        note="A pixel is white unless it is well below the mean around it.",
    ),
)
"""Every threshold method."""
