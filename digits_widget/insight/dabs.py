"""`Dabs`: where one more dot of the pen, or one less, would change the answer most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.prediction import Prediction

Image = NDArray[np.float32]
Many = Callable[[Image], Sequence[Prediction]]
"""Takes (n, 28, 28) images and gives n predictions, such as `Client.predict`."""

DIAMETER = 3.0
"""Of a dab, in pixels of the image: the default pen leaves lines of 2 to 4 after the
drawing is fitted into 20x20, and MNIST's are 3.2 thick in the middle of their range."""

_LEAST_CHANGE = 0.5
"""Ink, in pixels, that a dab must add or take: less would be no dab."""

_PARTS = 8
"""Parts of a pixel along its side, for the grey at a dab's edge."""


@dataclass(frozen=True, eq=False)
class Dab:
    """One dot of the pen or of the eraser, and what the model says then."""

    row: int
    """Of the pixel that it is centred on, from 0, the top."""

    column: int
    """Of that pixel, from 0, the left."""

    ink: bool
    """True: a dot of ink was added. False: a dot was erased."""

    prediction: Prediction
    """The answer about the image with it."""


@dataclass(frozen=True, eq=False)
class Dabs:
    """The two dabs that change the answer most."""

    before: Prediction
    """The answer about the image as it is."""

    more: Dab | None
    """The dot of ink that changes most; None if there is room for none."""

    less: Dab | None
    """The erased dot that changes most; None if there is no ink to erase."""

    asked: int
    """Variants that were sent."""

    def changes(self, dab: Dab | None) -> bool:
        """Return whether `dab` alone makes it another digit."""
        return dab is not None and dab.prediction.label != self.before.label


def dot(row: int, column: int, *, side: int = 28) -> Image:
    """Return the footprint of one dab: (side, side) float32 in [0, 1], 1 is ink."""
    fine = (np.arange(side * _PARTS) + 0.5) / _PARTS - 0.5
    down, across = (fine - row) ** 2, (fine - column) ** 2
    inside = down[:, None] + across[None, :] <= (DIAMETER / 2) ** 2
    parts = inside.reshape(side, _PARTS, side, _PARTS).astype(np.float32)
    shares: Image = parts.mean(axis=(1, 3))
    return shares


def find_dabs(image: Image, many: Many, *, step: int = 1) -> Dabs:
    """Try a dab of ink and one of the eraser at every place, in one call.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    many : callable
        Called once, with the image itself and its variants.
    step : int
        Pixels from one place to the next: 1 is 28x28 places, 2 is 14x14.

    Returns
    -------
    Dabs
        A dab that makes it another digit goes before one that does not; then the one
        that gives the other digit most; else the one that takes most from the digit.
    """
    tries = list(_tries(image, step))
    variants = np.stack([image, *(variant for *_, variant in tries)])
    before, *answers = many(variants)
    dabs = [
        Dab(row, column, ink, answer)
        for (row, column, ink, _), answer in zip(tries, answers, strict=True)
    ]
    more, less = (
        max(
            (dab for dab in dabs if dab.ink is ink),
            key=lambda dab: _weight(dab, before.label),
            default=None,
        )
        for ink in (True, False)
    )
    return Dabs(before, more, less, len(dabs))


def _tries(image: Image, step: int) -> list[tuple[int, int, bool, Image]]:
    middle = len(image) // 2
    footprint = dot(middle, middle, side=len(image))
    found = []
    for row in range(step // 2, len(image), step):
        for column in range(step // 2, len(image), step):
            here = _moved(footprint, row - middle, column - middle)
            for ink in (True, False):
                variant = np.maximum(image, here) if ink else image * (1 - here)
                if abs(variant - image).sum() >= _LEAST_CHANGE:
                    found.append((row, column, ink, variant))
    return found


def _moved(footprint: Image, down: int, right: int) -> Image:
    moved = np.zeros_like(footprint)
    rows, columns = np.nonzero(footprint)
    values = footprint[rows, columns]
    rows, columns = rows + down, columns + right
    side = len(footprint)
    kept = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
    moved[rows[kept], columns[kept]] = values[kept]
    return moved


def _weight(dab: Dab, digit: int) -> tuple[bool, float]:
    answer = dab.prediction
    changes = answer.label != digit
    return changes, answer.confidence if changes else -float(answer.confidences[digit])
