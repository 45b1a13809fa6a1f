"""Scales the picture to fit in a box, and keeps its aspect ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from digits_widget.steps import resampling
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Scale until the longest side fills the box, as MNIST's authors did with 20."""

    name: ClassVar[str] = "fit"
    title: ClassVar[str] = "Fit in a box"

    box: int = option(20, low=4, high=28)
    """Pixels along the side of the box, 4 to 28. MNIST's digits fill 20."""

    filter: str = option("box", choices=tuple(resampling.FILTERS))
    """Resampling filter, one of `FILTERS`. It hardly affects a model; the plain average
    is fast and leaves no halos around the lines."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the scaled image."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Scale the picture, and describe the size and the factor."""
        check_flat(image, self.title)
        rows, cols = image.shape
        scale = self.box / max(rows, cols)
        size = (max(1, round(cols * scale)), max(1, round(rows * scale)))
        scaled = resampling.resample(image, size, method=self.filter)
        caption = (
            f"Scaled {cols}x{rows} by {scale:.3f} to {size[0]}x{size[1]} pixels, to "
            f"fit the {self.box}x{self.box} box ({self.filter} filter)."
        )
        return Outcome(scaled, caption, {"scale": scale, "size": size})

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy and Pillow that do the same to `image`."""
        return (
            f"scale = {self.box} / max(image.shape)",
            "size = [max(1, round(n * scale)) for n in image.shape[::-1]]",
            *resampling.code(self.filter, "size"),
        )
