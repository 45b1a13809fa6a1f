"""`Counterfactuals`: the added or erased dot of ink that changes the answer most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.prediction import Prediction

Image = NDArray[np.float32]
Many = Callable[[Image], Sequence[Prediction]]
"""Takes (n, 28, 28) images, returns n predictions, such as `Client.predict`."""

DIAMETER = 3.0
"""Diameter of a dab in pixels of the image. The default pen gives lines of 2 to 4
pixels after fitting into 20x20; MNIST's median is 3.2."""

_LEAST_CHANGE = 0.5
"""Least ink, in pixels, that a dab must add or remove."""

_PARTS = 8
"""Parts of a pixel along its side, for the greys at a dab's edge."""


@dataclass(frozen=True, eq=False)
class Dab:
    """One dot of the pen or the eraser, and the answer with it."""

    row: int
    """Row of the pixel at its centre, 0 at the top."""

    column: int
    """Column of that pixel, 0 at the left."""

    ink: bool
    """True: a dot of ink was added. False: a dot was erased."""

    prediction: Prediction
    """The answer about the image with the dab."""


@dataclass(frozen=True, eq=False)
class Counterfactuals:
    """The two dabs that change the answer most."""

    before: Prediction
    """The answer about the unchanged image."""

    more: Dab | None
    """The added dot that changes the answer most; None if there is no room."""

    less: Dab | None
    """The erased dot that changes the answer most; None without ink to erase."""

    asked: int
    """Number of variants sent to the model."""

    def changes(self, dab: Dab | None) -> bool:
        """Return whether `dab` alone changes the label."""
        return dab is not None and dab.prediction.label != self.before.label


def dot(row: int, column: int, *, side: int = 28) -> Image:
    """Return the footprint of one dab: (side, side) float32 in [0, 1], 1 is ink.

    Parameters
    ----------
    row, column : int
        The pixel at the centre.
    side : int
        Pixels along the side of the image.
    """
    fine = (np.arange(side * _PARTS) + 0.5) / _PARTS - 0.5
    down, across = (fine - row) ** 2, (fine - column) ** 2
    inside = down[:, None] + across[None, :] <= (DIAMETER / 2) ** 2
    parts = inside.reshape(side, _PARTS, side, _PARTS).astype(np.float32)
    shares: Image = parts.mean(axis=(1, 3))
    return shares


def find_counterfactuals(image: Image, many: Many, *, step: int = 1) -> Counterfactuals:
    """Try an added and an erased dab at every place, in one call.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    many : callable
        Takes the image and its variants, (n, 28, 28), in one call, and returns n
        predictions.
    step : int
        Pixels from one place to the next: 1 is 28x28 places, 2 is 14x14.

    Returns
    -------
    Counterfactuals
        A dab that changes the label wins over one that does not. Among those that do,
        the highest confidence in the new label wins; among the others, the largest fall
        of confidence in the old one.
    """
    tries = variants_of(image, step)
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
    return Counterfactuals(before, more, less, len(dabs))


def variants_of(image: Image, step: int) -> list[tuple[int, int, bool, Image]]:
    """Return the image with a dab at each place where a dab would change it.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    step : int
        Pixels from one place to the next.

    Returns
    -------
    list of tuple
        Row, column, whether the dab is of ink or of the eraser, and the new image.
    """
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
