"""Cuts a square out of the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from digits_widget.errors import StepOrderError
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Keep the middle square, as ImageMagick's ``-gravity center -extent`` does."""

    name: ClassVar[str] = "extent"
    title: ClassVar[str] = "Cut out the middle"

    side: int = option(28, low=1, high=4096)
    """Pixels along the side of the square, 1 to 4096."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the middle of the picture."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Cut out the middle, and describe it.

        Raises
        ------
        StepOrderError
            The picture is smaller than the square.
        """
        check_flat(image, self.title)
        rows, cols = image.shape
        if min(rows, cols) < self.side:
            msg = (
                f"A picture of {cols}x{rows} pixels has no middle of "
                f"{self.side}x{self.side}. Put a step before Extent that enlarges it."
            )
            raise StepOrderError(msg)
        top, left = (rows - self.side) // 2, (cols - self.side) // 2
        cut = image[top : top + self.side, left : left + self.side]
        caption = f"Kept the middle {self.side}x{self.side} of {cols}x{rows} pixels."
        return Outcome(
            cut, caption, {"box": (left, top, left + self.side, top + self.side)}
        )

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        return (
            f"top, left = ((n - {self.side}) // 2 for n in image.shape)",
            f"image = image[top : top + {self.side}, left : left + {self.side}]",
        )
