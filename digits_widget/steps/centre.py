"""Lays the digit in the middle of the field that the model looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.errors import StepOrderError
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Centre:
    """Lay the image in an empty field, its centre of mass on pixel index 14.0.

    That is where MNIST's authors put it: the middle of the 28x28 field, one half pixel
    right of and below the middle between the two middle pixels.
    """

    name: ClassVar[str] = "centre"
    title: ClassVar[str] = "Centre"

    side: int = 28
    """Pixels along the side of the field."""

    target: float = 14.0
    """Row and column that the centre of mass shall lie on."""

    def __call__(self, image: Image) -> Image:
        """Return the field with the image in it."""
        return self.run(image).image

    def run(self, image: Image) -> Outcome:
        """Lay the image in the field, and tell centre and shift."""
        rows, cols = image.shape
        if max(rows, cols) > self.side:
            msg = (
                f"Got {cols}x{rows} pixels to centre in a field of {self.side}x"
                f"{self.side}. Centring needs a field larger than the image: put Fit "
                "before Centre."
            )
            raise StepOrderError(msg)
        y, x = centre_of_mass(image)
        top = min(max(round(self.target - y), 0), self.side - rows)
        left = min(max(round(self.target - x), 0), self.side - cols)
        field = np.zeros((self.side, self.side), np.float32)
        field[top : top + rows, left : left + cols] = image
        caption = (
            f"Laid in {self.side}x{self.side}, {left} right and {top} down: its centre "
            f"of mass moves to ({x + left:.1f}, {y + top:.1f})."
        )
        decided = {"shift": (left, top), "mass": (x + left, y + top)}
        return Outcome(field, caption, decided)


def centre_of_mass(image: Image) -> tuple[float, float]:
    """Return the row and column where the ink balances; the middle if there is none."""
    rows = image.sum(axis=1, dtype=np.float64)
    cols = image.sum(axis=0, dtype=np.float64)
    total = float(rows.sum())
    if total <= 0:
        return (len(rows) - 1) / 2, (len(cols) - 1) / 2
    return (
        float(rows @ np.arange(len(rows))) / total,
        float(cols @ np.arange(len(cols))) / total,
    )
