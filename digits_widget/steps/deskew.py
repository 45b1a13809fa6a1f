"""Sets a slanted digit upright."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image as Pillow

from digits_widget.steps.centre import centre_of_mass
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Deskew:
    """Shift the rows sideways until the ink no longer leans.

    The slant is the covariance of columns and rows divided by the variance of rows,
    from the ink's second moments. A bilinear shear about the centre of mass undoes it.
    """

    name: ClassVar[str] = "deskew"
    title: ClassVar[str] = "Deskew"

    limit: float = option(30.0, low=0, high=60, pace=1)
    """Largest correction in degrees, 0 to 60."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the upright picture."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Shear the picture, and describe the angle."""
        check_flat(image, self.title)
        middle, slant = lean(image)
        steepest = math.tan(math.radians(self.limit))
        slant = min(max(slant, -steepest), steepest)
        # Add room on both sides, so that no ink leaves the picture.
        room = math.ceil(abs(slant) * len(image))
        picture = Pillow.fromarray(np.pad(image, ((0, 0), (room, room))))
        sheared = picture.transform(
            picture.size,
            Pillow.Transform.AFFINE,
            (1, slant, -slant * (middle + 0.5), 0, 1, 0),
            Pillow.Resampling.BILINEAR,
        )
        angle = math.degrees(math.atan(slant))
        caption = (
            f"The ink leaned {abs(angle):.1f} degrees to the "
            f"{'left' if slant > 0 else 'right'} and was sheared upright."
        )
        decided = {"angle": angle, "upright": middle}
        return Outcome(np.clip(np.asarray(sheared), 0, 1), caption, decided)

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy and Pillow that do the same to `image`."""
        steepest = math.tan(math.radians(self.limit))
        return (
            "sums = [image.sum(axis=a, dtype=np.float64) for a in (1, 0)]",
            "middle = [s @ np.arange(len(s)) / (sums[0].sum() or 1) for s in sums]",
            "y, x = (np.arange(n) - m for n, m in zip(image.shape, middle))",
            "leaning = y @ image.astype(np.float64) @ x",
            "slant = float(leaning / max(y**2 @ sums[0], 1e-12))",
            f"slant = min(max(slant, -{steepest!r}), {steepest!r})",
            "room = int(np.ceil(abs(slant) * len(image)))",
            "picture = Image.fromarray(np.pad(image, ((0, 0), (room, room))))",
            "matrix = (1, slant, -slant * (middle[0] + 0.5), 0, 1, 0)",
            "picture = picture.transform(",
            "    picture.size,",
            "    Image.Transform.AFFINE,",
            "    matrix,",
            "    Image.Resampling.BILINEAR,",
            ")",
            "image = np.clip(np.asarray(picture), 0, 1)",
        )


def lean(image: Image) -> tuple[float, float]:
    """Return the row of the centre of mass, and the slant in columns per row."""
    down, right = centre_of_mass(image)
    y, x = np.arange(len(image)) - down, np.arange(len(image.T)) - right
    spread = y**2 @ image.sum(axis=1, dtype=np.float64)
    return down, float(y @ image.astype(np.float64) @ x / max(spread, 1e-12))
