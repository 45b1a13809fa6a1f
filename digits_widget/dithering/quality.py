"""`quality`: how far dithered pictures are from their grey original, to an eye afar.

The eye averages small dots. Both pictures are therefore blurred by a Gaussian before
they are compared, as is usual for halftones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.images import Floats

EYE = 1.5
"""Standard deviation of the Gaussian, in pixels of the picture: of the blur that stands
for the eye, and of SSIM's windows."""

_STEADY = 0.01**2, 0.03**2
"""SSIM's constants for a range of 1; they keep quotients of small numbers steady."""

MOST = 99.0
"""Decibels of pictures that look the same, which have no finite ratio."""


@dataclass(frozen=True)
class Quality:
    """How a dithered picture differs from its grey original."""

    tone: float
    """Mean of the dithered picture minus mean of the original, in [-1, 1]."""

    psnr: float
    """Peak signal-to-noise ratio after the eye's blur, in decibels, 0 to 99; higher is
    nearer."""

    ssim: float
    """Structural similarity after the eye's blur, in [-1, 1]; 1 if both look alike."""


def quality(original: Floats, dithered: Floats) -> tuple[Quality, ...]:
    """Compare dithered pictures with the picture that they stand for.

    Parameters
    ----------
    original : ndarray
        (rows, cols) floats in [0, 1].
    dithered : ndarray
        (n, rows, cols) floats in [0, 1].

    Returns
    -------
    tuple of Quality
        One for each dithered picture.

    Notes
    -----
    The blur as a model of the eye, and PSNR after it: W.-M. Pang, Y. Qu, T.-T. Wong,
    D. Cohen-Or, P.-A. Heng, Structure-aware halftoning, ACM Transactions on Graphics
    27(3), 2008. How wide it is depends on how far away the eye is. SSIM: Z. Wang,
    A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, Image quality assessment: from error
    visibility to structural similarity, IEEE Transactions on Image Processing 13(4),
    2004, with its window and constants. Windows are cut off at the picture's edges.
    """
    grey = np.asarray(original, dtype=np.float64)
    prints = np.asarray(dithered, dtype=np.float64)
    seen, looks = _blurred(grey), _blurred(prints)
    tones = prints.mean(axis=(1, 2)) - grey.mean()
    errors = ((looks - seen) ** 2).mean(axis=(1, 2))
    psnrs = -10 * np.log10(np.maximum(errors, 10 ** (-MOST / 10)))
    return tuple(map(Quality, tones.tolist(), psnrs.tolist(), _ssim(seen, looks)))


def _ssim(one: NDArray[np.float64], others: NDArray[np.float64]) -> list[float]:
    """Return the mean over all windows of the similarity to the first picture."""
    mean, means = _blurred(one), _blurred(others)
    variance = _blurred(one**2) - mean**2
    variances = _blurred(others**2) - means**2
    covariances = _blurred(one * others) - mean * means
    low, high = _STEADY
    light = (2 * mean * means + low) / (mean**2 + means**2 + low)
    shape = (2 * covariances + high) / (variance + variances + high)
    found: list[float] = (light * shape).mean(axis=(1, 2)).tolist()
    return found


def _blurred(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blur each picture, (..., rows, cols), by a Gaussian that ends at the edges."""
    rows, cols = pictures.shape[-2:]
    blurred: NDArray[np.float64] = _bell(rows) @ pictures @ _bell(cols).T
    return blurred


def _bell(length: int) -> NDArray[np.float64]:
    """Return (length, length) weights; each row sums to 1."""
    place = np.arange(length)
    weights = np.exp(-((place[:, None] - place) ** 2) / (2 * EYE**2))
    sums: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return sums
