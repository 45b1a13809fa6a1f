"""Cuts away the empty paper around the ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Crop:
    """Keep the smallest box that holds all ink darker than `threshold`.

    A picture without ink stays whole: there is nothing to crop to.
    """

    name: ClassVar[str] = "crop"
    title: ClassVar[str] = "Crop to ink"

    threshold: float = 0.1
    """Ink above this value counts, in [0, 1): fainter specks do not hold the box."""

    padding: int = 0
    """Pixels kept around the ink, where the picture has them."""

    def __call__(self, image: Image) -> Image:
        """Return the box of the image that holds the ink."""
        return self.run(image).image

    def run(self, image: Image) -> Outcome:
        """Crop, and tell the box."""
        ink = image > self.threshold
        columns: NDArray[np.bool_] = ink.any(axis=0)
        rows: NDArray[np.bool_] = ink.any(axis=1)
        if not rows.any():
            caption = f"No ink above {self.threshold:g}: there is nothing to crop to."
            return Outcome(image, caption, {"box": None})
        left, right = _span(columns, self.padding)
        top, bottom = _span(rows, self.padding)
        caption = (
            f"Ink fills columns {left} to {right - 1} and rows {top} to {bottom - 1}: "
            f"kept {right - left}x{bottom - top} of {image.shape[1]}x{image.shape[0]} "
            "pixels."
        )
        box = (left, top, right, bottom)
        return Outcome(image[top:bottom, left:right], caption, {"box": box})


def _span(filled: NDArray[np.bool_], pad: int) -> tuple[int, int]:
    first = int(filled.argmax())
    last = len(filled) - int(filled[::-1].argmax())
    return max(first - pad, 0), min(last + pad, len(filled))
