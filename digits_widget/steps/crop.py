"""Cuts away the empty paper around the ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Crop:
    """Keep the smallest box that holds all ink above `threshold`.

    A picture without ink stays whole.
    """

    name: ClassVar[str] = "crop"
    title: ClassVar[str] = "Crop to ink"

    threshold: float = option(0.1, low=0, high=1)
    """Ink above this value counts, in [0, 1]; fainter specks do not widen the box."""

    padding: int = option(0, low=0, high=1000)
    """Pixels to keep around the ink, up to the edge of the picture; 0 to 1000."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the box with the ink."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Crop the picture, and describe the box."""
        check_flat(image, self.title)
        ink = image > self.threshold
        columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
        if not rows.size:
            caption = f"No ink above {self.threshold:g}, so nothing was cropped."
            return Outcome(image, caption, {"box": None})
        left, right = self._span(columns, image.shape[1])
        top, bottom = self._span(rows, image.shape[0])
        caption = (
            f"Ink above {self.threshold:g} fills columns {left} to {right - 1} and "
            f"rows {top} to {bottom - 1}: kept {right - left}x{bottom - top} of "
            f"{image.shape[1]}x{image.shape[0]} pixels."
        )
        box = (left, top, right, bottom)
        return Outcome(image[top:bottom, left:right], caption, {"box": box})

    def _span(self, filled: NDArray[np.intp], end: int) -> tuple[int, int]:
        first, last = int(filled[0]), int(filled[-1])
        return max(first - self.padding, 0), min(last + 1 + self.padding, end)

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        more = self.padding
        low, high = (f" - {more}", f" + {1 + more}") if more else ("", " + 1")
        start = f"max({{}}[0]{low}, 0)" if more else "{}[0]"
        return (
            f"ink = image > {self.threshold!r}",
            "rows, cols = (np.flatnonzero(ink.any(axis=a)) for a in (1, 0))",
            "if rows.size:",
            f"    top, left = {start.format('rows')}, {start.format('cols')}",
            f"    image = image[top : rows[-1]{high}, left : cols[-1]{high}]",
        )
