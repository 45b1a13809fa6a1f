"""`Occlusion`: which ink a model's answer depends on.

Each variant of the image has one place covered with paper, and the model gets all
variants in one batch (Zeiler and Fergus, 2014). If the confidence in the digit falls,
the answer needed the covered ink; if it rises, the ink spoke against the answer. This
uses only the answers, so it works with any model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import UnknownMethodError
from digits_widget.prediction import Prediction

Image = NDArray[np.float32]
Many = Callable[[Image], Sequence[Prediction]]
"""Takes (n, 28, 28) images, returns n predictions, such as `Client.predict`."""


_TINY = 1e-12
"""Least confidence in the odds: float32 answers are not more precise."""


@dataclass(frozen=True)
class Patches:
    """The places to cover, one after another."""

    side: int
    """Pixels of the patch along each side."""

    step: int
    """Pixels from one place to the next."""

    def place(self, row: int, column: int) -> tuple[slice, slice]:
        """Return the rows and columns of the image that patch (row, column) covers.

        Parameters
        ----------
        row, column : int
            Index of the patch in the grid, from 0.
        """
        # Overlapping patches are centred on their pixel, and cut at the edge.
        before = (self.side - self.step) // 2
        first, left = row * self.step - before, column * self.step - before
        return (
            slice(max(first, 0), first + self.side),
            slice(max(left, 0), left + self.side),
        )


PATCHES: Mapping[str, Patches] = MappingProxyType(
    {"coarse": Patches(4, 4), "fine": Patches(3, 1)}
)
"""``coarse``: 7x7 patches side by side. ``fine``: one patch around every pixel."""


@dataclass(frozen=True, eq=False)
class Occlusion:
    """How the confidence in the label changes with each place covered."""

    before: Prediction
    """The answer about the unchanged image."""

    falls: NDArray[np.float64]
    """(k, k) float64 in [-1, 1], read-only: the confidence in the label, minus that
    with the place covered. Above 0, the answer needed the ink there."""

    bits: NDArray[np.float64]
    """(k, k) float64, read-only: how often covering the place halves the odds of the
    label, as log2 of the ratio of odds. It still shows a difference between places when
    a sure model stays near 100 %."""

    answers: NDArray[np.int64]
    """(k, k) int64 in [0, 9], read-only: the label with the place covered."""

    patches: Patches
    """The places."""

    asked: int
    """Number of variants sent to the model: only those whose place has ink."""

    def strongest(self) -> tuple[int, int] | None:
        """Return the place that lowers the confidence most; None if none does."""
        return _place(self.falls, self.falls.argmax()) if self.falls.max() > 0 else None

    def most_against(self) -> tuple[int, int] | None:
        """Return the place that raises the confidence most; None if none does."""
        return _place(self.falls, self.falls.argmin()) if self.falls.min() < 0 else None


def occlude(image: Image, many: Many, *, patches: str = "coarse") -> Occlusion:
    """Cover one place after another, and send all variants in one call.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    many : callable
        Takes the image and its variants, (n, 28, 28), in one call, and returns n
        predictions.
    patches : {"coarse", "fine"}
        ``coarse`` is 49 places, ``fine`` is 784.

    Raises
    ------
    UnknownMethodError
        `patches` has another value.
    """
    if patches not in PATCHES:
        msg = f"Got the patches {patches!r}, expected one of {', '.join(PATCHES)}."
        raise UnknownMethodError(msg)
    chosen = PATCHES[patches]
    count = len(image) // chosen.step
    places = [
        (row, column)
        for row in range(count)
        for column in range(count)
        if image[chosen.place(row, column)].any()
    ]
    variants = np.repeat(image[np.newaxis], len(places) + 1, axis=0)
    for variant, place in zip(variants[1:], places, strict=True):
        variant[chosen.place(*place)] = 0
    return _read(many(variants), places, count, chosen)


def _read(
    predictions: Sequence[Prediction],
    places: Sequence[tuple[int, int]],
    count: int,
    patches: Patches,
) -> Occlusion:
    before, digit = predictions[0], predictions[0].label
    falls, bits = np.zeros((count, count)), np.zeros((count, count))
    answers = np.full((count, count), digit, np.int64)
    for place, prediction in zip(places, predictions[1:], strict=True):
        falls[place] = before.confidence - prediction.confidences[digit]
        bits[place] = log_odds(before, digit) - log_odds(prediction, digit)
        answers[place] = prediction.label
    for grid in (falls, bits, answers):
        grid.flags.writeable = False
    return Occlusion(before, falls, bits, answers, patches, len(places))


def log_odds(prediction: Prediction, digit: int) -> float:
    """Return log2 of the odds of `digit`: its confidence over that of all others.

    Parameters
    ----------
    prediction : Prediction
        An answer.
    digit : int
        0 to 9.
    """
    confidences = prediction.confidences
    # Sum the others: near 100 %, 1 minus the confidence would lose its digits.
    others = np.delete(confidences, digit).sum()
    return float(np.log2(max(confidences[digit], _TINY) / max(others, _TINY)))


def _place(grid: NDArray[np.float64], index: np.intp) -> tuple[int, int]:
    row, column = np.unravel_index(index, grid.shape)
    return int(row), int(column)
