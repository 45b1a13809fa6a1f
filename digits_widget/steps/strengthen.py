"""Brings faint ink back to full strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome

_FULL = 0.99
"""Ink above this value counts as full, because of rounding errors."""


@dataclass(frozen=True, kw_only=True)
class Strengthen:
    """Multiply the ink so that its strongest value becomes 1.

    When a picture shrinks, a thin line is averaged with the paper beside it and becomes
    pale grey: a line one pixel wide in a picture of 1,200 comes to 0.02. All digits of
    MNIST reach 1. Paper stays 0, and the ratios between greys stay the same.
    """

    name: ClassVar[str] = "strengthen"
    title: ClassVar[str] = "Strengthen the ink"

    limit: float = option(255.0, low=1, high=255, pace=1)
    """Largest factor, 1 to 255; 1 changes nothing."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture with strong ink."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Multiply the ink, and describe the factor."""
        check_flat(image, self.title)
        strongest = float(image.max())
        if strongest == 0 or strongest > _FULL:
            caption = (
                f"The strongest ink is {strongest:.2f}, so nothing changed."
                if strongest
                else "There is no ink to strengthen."
            )
            return Outcome(image, caption, {"strongest": strongest, "factor": 1.0})
        factor = min(1 / strongest, self.limit)
        strong = np.minimum(image * np.float32(factor), 1)
        caption = (
            f"The strongest ink was only {strongest:.2g}: all of it was multiplied by "
            f"{factor:.3g}."
        )
        return Outcome(strong, caption, {"strongest": strongest, "factor": factor})

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        return (
            "strongest = float(image.max())",
            f"if 0 < strongest <= {_FULL}:",
            f"    factor = np.float32(min(1 / strongest, {self.limit!r}))",
            "    image = np.minimum(image * factor, 1)",
        )
