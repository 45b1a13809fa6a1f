"""Cuts a square out of the middle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from digits_widget.errors import StepOrderError
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameter import check_fields, whole
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Keep the middle square, as ImageMagick's ``-gravity center -extent`` does."""

    name: ClassVar[str] = "extent"
    title: ClassVar[str] = "Cut out the middle"

    side: int = field(default=28, metadata=whole(1, 4096))
    """Pixels along the side of the square, 1 to 4096."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the middle of the picture."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Cut, and tell where."""
        check_flat(image, self.title)
        rows, cols = image.shape
        if min(rows, cols) < self.side:
            msg = (
                f"Got {cols}x{rows} pixels to cut {self.side}x{self.side} out of. Put "
                "a step before Extent that makes the picture at least as large."
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
