"""`Occlusion`: what a model's answer rests on, seen from outside.

Paper is laid over one place of the image after another, and the model is asked about
all of these variants in one batch (Zeiler and Fergus, 2014). Where the confidence in
the digit falls, the ink under the paper was needed for it; where it rises, the ink
spoke against it. Nothing but answers is used, so it works with any model anywhere.
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
"""Takes (n, 28, 28) images and gives n predictions, such as `Client.predict`."""


_TINY = 1e-12
"""Confidences below are taken as this: float32 answers mean no less."""


@dataclass(frozen=True)
class Patches:
    """Which places are covered, one after another."""

    side: int
    """Pixels of the patch along each side."""

    step: int
    """Pixels from one place to the next."""

    def place(self, row: int, column: int) -> tuple[slice, slice]:
        """Return the rows and columns of the image that patch (row, column) covers."""
        # A patch of three that moves by one is about its pixel, and cut at the edge.
        before = (self.side - self.step) // 2
        first, left = row * self.step - before, column * self.step - before
        return (
            slice(max(first, 0), first + self.side),
            slice(max(left, 0), left + self.side),
        )


PATCHES: Mapping[str, Patches] = MappingProxyType(
    {"coarse": Patches(4, 4), "fine": Patches(3, 1)}
)
"""``coarse``: 7x7 patches side by side. ``fine``: one patch about every pixel."""


@dataclass(frozen=True, eq=False)
class Occlusion:
    """How far the confidence in the answered digit falls with each place covered."""

    before: Prediction
    """The answer with nothing covered."""

    falls: NDArray[np.float64]
    """(k, k) float64 in [-1, 1], read-only: confidence in the digit before, minus that
    with the place covered. Above 0 the ink there was needed."""

    bits: NDArray[np.float64]
    """(k, k) float64, read-only: how often covering the place halves the odds of the
    digit, log2 of the odds before over those with it covered. It still tells places
    apart where a sure model stays near 100 % wherever it is covered."""

    answers: NDArray[np.int64]
    """(k, k) int64 in [0, 9], read-only: the digit answered with the place covered."""

    patches: Patches
    """Which places these are."""

    asked: int
    """Variants that were sent: those whose place holds ink, for paper on paper changes
    nothing."""

    def strongest(self) -> tuple[int, int] | None:
        """Return the place whose covering takes most from the digit; None if none."""
        return _place(self.falls, self.falls.argmax()) if self.falls.max() > 0 else None

    def most_against(self) -> tuple[int, int] | None:
        """Return the place whose covering gives most to the digit; None if none."""
        return _place(self.falls, self.falls.argmin()) if self.falls.min() < 0 else None


def occlude(image: Image, many: Many, *, patches: str = "coarse") -> Occlusion:
    """Cover one place after another, and ask about all variants in one call.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    many : callable
        Called once, with the image itself and its variants.
    patches : {"coarse", "fine"}
        49 places or 784.

    Raises
    ------
    UnknownMethodError
        Other patches.
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
    """Return log2 of the odds of `digit`: its confidence over that of all others."""
    confidences = prediction.confidences
    # The others, not 1 minus it: near 100 % that difference would be rounded away.
    others = np.delete(confidences, digit).sum()
    return float(np.log2(max(confidences[digit], _TINY) / max(others, _TINY)))


def _place(grid: NDArray[np.float64], index: np.intp) -> tuple[int, int]:
    row, column = np.unravel_index(index, grid.shape)
    return int(row), int(column)
