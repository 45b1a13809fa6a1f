"""Scales the whole canvas, including empty paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from digits_widget.steps import resampling
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Resize:
    """Scale the whole picture to a square, as most demos do.

    The step stretches a picture that is not square.
    """

    name: ClassVar[str] = "resize"
    title: ClassVar[str] = "Resize"

    side: int = option(28, low=1, high=4096)
    """Pixels along the side, 1 to 4096."""

    filter: str = option("box", choices=tuple(resampling.FILTERS))
    """Resampling filter, one of `FILTERS`."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the scaled image."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Scale the picture, and describe the sizes."""
        check_flat(image, self.title)
        rows, cols = image.shape
        scaled = resampling.resample(image, (self.side, self.side), method=self.filter)
        stretched = "" if rows == cols else ", which changes its proportions"
        caption = (
            f"Scaled the whole picture from {cols}x{rows} to {self.side}x{self.side} "
            f"pixels ({self.filter} filter){stretched}."
        )
        return Outcome(scaled, caption, {"scale": (self.side / cols, self.side / rows)})

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy and Pillow that do the same to `image`."""
        return resampling.code(self.filter, f"({self.side}, {self.side})")
