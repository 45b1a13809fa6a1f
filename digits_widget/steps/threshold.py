"""Makes every pixel all ink or all paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Make pixels above `at` ink, and all others paper."""

    name: ClassVar[str] = "threshold"
    title: ClassVar[str] = "Threshold"

    at: float = option(0.5, low=0, high=1)
    """Largest value that becomes paper, in [0, 1]."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture in 0 and 1."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Decide for each pixel, and describe how many became ink."""
        check_flat(image, self.title)
        ink = (image > self.at).astype(np.float32)
        count = int(ink.sum())
        caption = (
            f"{count} of {ink.size} pixels are above {self.at:.3g} and became ink"
            f"{'' if count else ': no ink is left, and the digit is lost'}."
        )
        return Outcome(ink, caption, {"at": self.at, "ink": count})

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        return (f"image = (image > {self.at!r}).astype(np.float32)",)
