"""`Evaluation`: the answers of a model about labelled digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import DataError
from digits_widget.evaluation.calibration import Reliability, reliability
from digits_widget.prediction import DIGITS, Prediction

BATCH = 500
"""Images in one request: 1.6 MB, less than gRPC's default limit of 4 MiB."""

_Z = 1.959963984540054
"""Standard normal quantile of a 95 % interval."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Labels and answers, and the figures computed from them."""

    labels: NDArray[np.int64]
    """(n,) int64 in [0, 9], the true digits. n is at least 1."""

    confidences: NDArray[np.float64]
    """(n, 10) float64 in [0, 1], rows sum to 1: the answers."""

    def __post_init__(self) -> None:
        if self.confidences.shape != (len(self.labels), DIGITS) or not len(self.labels):
            msg = (
                f"Got {len(self.labels)} labels and answers of shape "
                f"{self.confidences.shape}, expected ten confidences for each label "
                "and at least one digit."
            )
            raise DataError(msg)
        if not np.isin(self.labels, range(DIGITS)).all():
            msg = "Got labels other than 0 to 9. Every label must be a digit."
            raise DataError(msg)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def answers(self) -> NDArray[np.int64]:
        """(n,) int64, the most confident digit of each."""
        best: NDArray[np.int64] = self.confidences.argmax(axis=1)
        return best

    @property
    def correct(self) -> int:
        """Number of right answers."""
        return int((self.answers == self.labels).sum())

    @property
    def accuracy(self) -> float:
        """Share of right answers, in [0, 1]."""
        return self.correct / len(self)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the accuracy, in [0, 1]."""
        return wilson(self.correct, len(self))

    @property
    def mean_confidence(self) -> float:
        """Mean confidence, in [0, 1]; more than the accuracy is overconfident."""
        return float(self.confidences.max(axis=1).mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """(10, 10) int64 counts; rows are labels, columns are answers."""
        table = np.zeros((DIGITS, DIGITS), np.int64)
        np.add.at(table, (self.labels, self.answers), 1)
        return table

    @property
    def brier(self) -> float:
        """Mean squared distance from the truth (Brier, 1950): 0 is best, 2 is worst."""
        truth = np.eye(DIGITS)[self.labels]
        return float(((self.confidences - truth) ** 2).sum(axis=1).mean())

    @property
    def reliability(self) -> Reliability:
        """Share of right answers for each level of confidence."""
        return reliability(self.confidences.max(axis=1), self.answers == self.labels)

    def worst(self, count: int) -> NDArray[np.int64]:
        """Return the indices of the most confident wrong answers, worst first."""
        wrong = np.flatnonzero(self.answers != self.labels)
        sure = self.confidences[wrong].max(axis=1)
        worst: NDArray[np.int64] = wrong[np.argsort(-sure, kind="stable")][:count]
        return worst


def evaluate(
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    predict: Callable[[NDArray[np.float32]], Sequence[Prediction]],
    *,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Ask the model about every image, in batches, and keep the answers.

    Parameters
    ----------
    images : ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink.
    labels : ndarray
        (n,) int64 in [0, 9].
    predict : callable
        Takes (k, 28, 28), returns k predictions, such as `Client.predict`.
    progress : callable, optional
        Called after each batch with the number of images answered.
    """
    rows = []
    for batch in _batches(images):
        rows += [prediction.confidences for prediction in predict(batch)]
        if progress:
            progress(len(rows))
    return Evaluation(labels, np.array(rows, np.float64).reshape(-1, DIGITS))


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, in [0, 1], by Wilson's score (1927).

    Parameters
    ----------
    successes : int
        Number of right answers, 0 to `trials`.
    trials : int
        Number of answers, at least 1.
    """
    share = successes / trials
    centre = (share + _Z**2 / (2 * trials)) / (1 + _Z**2 / trials)
    spread = math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    half = spread * _Z / (1 + _Z**2 / trials)
    return max(0.0, centre - half), min(1.0, centre + half)


def _batches(images: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(images), BATCH):
        yield images[start : start + BATCH]
