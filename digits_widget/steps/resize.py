"""Scales the whole canvas, empty paper and all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from digits_widget.steps import resampling
from digits_widget.steps.checks import check_choice, check_flat, check_whole, checked
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Resize:
    """Scale the picture to a square, however its ink lies: what most demos do.

    A picture that is not square is stretched.
    """

    name: ClassVar[str] = "resize"
    title: ClassVar[str] = "Resize"

    side: int = 28
    """Pixels along the side, 1 to 4096."""

    filter: str = "box"
    """How old pixels become new ones: one of `FILTERS`."""

    def __post_init__(self) -> None:
        check_whole("side", self.side, 1, 4096)
        check_choice("filter", self.filter, resampling.FILTERS)

    def __call__(self, image: Image) -> Image:
        """Return the scaled image."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Scale, and tell the sizes."""
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
