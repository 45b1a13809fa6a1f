"""`Reliability`: whether a model that says 90 % is right nine times in ten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Bins of equal width, as in Guo and others (2017)."""


@dataclass(frozen=True, eq=False)
class Reliability:
    """Answers in bins by their confidence; empty bins hold zeros."""

    edges: NDArray[np.float64]
    """(bins + 1,) float64 from 0 to 1, the edges of the bins."""

    counts: NDArray[np.int64]
    """(bins,) number of answers in each."""

    confidence: NDArray[np.float64]
    """(bins,) mean confidence of the answers in each."""

    accuracy: NDArray[np.float64]
    """(bins,) share of right answers in each."""

    @property
    def error(self) -> float:
        """Expected calibration error in [0, 1]: mean gap, weighted by the counts.

        Naeini, Cooper, Hauskrecht, *Obtaining Well Calibrated Probabilities Using
        Bayesian Binning*, AAAI 2015.
        """
        gaps = np.abs(self.accuracy - self.confidence)
        return float((gaps * self.counts).sum() / max(self.counts.sum(), 1))


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], *, bins: int = BINS
) -> Reliability:
    """Sort answers into bins.

    Parameters
    ----------
    confidence : ndarray
        (n,) float64 in [0, 1], the confidence of each answer.
    right : ndarray
        (n,) bool, whether each answer is right.
    bins : int
        Number of bins of equal width.
    """
    places = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    counts = np.bincount(places, minlength=bins)
    held = np.maximum(counts, 1)
    result = Reliability(
        np.linspace(0, 1, bins + 1),
        counts.astype(np.int64),
        np.bincount(places, confidence, bins) / held,
        np.bincount(places, right, bins) / held,
    )
    for array in (result.edges, result.counts, result.confidence, result.accuracy):
        array.flags.writeable = False
    return result
