"""Scales the whole canvas, empty paper and all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from digits_widget.steps import resampling
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameter import check_fields, choice, whole
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Resize:
    """Scale the picture to a square, however its ink lies: what most demos do.

    A picture that is not square is stretched.
    """

    name: ClassVar[str] = "resize"
    title: ClassVar[str] = "Resize"

    side: int = field(default=28, metadata=whole(1, 4096))
    """Pixels along the side, 1 to 4096."""

    filter: str = field(default="box", metadata=choice(*resampling.FILTERS))
    """How old pixels become new ones: one of `FILTERS`."""

    def __post_init__(self) -> None:
        check_fields(self)

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
