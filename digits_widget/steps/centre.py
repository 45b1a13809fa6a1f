"""Puts the digit in the middle of the model's field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.errors import StepOrderError
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Centre:
    """Put the ink in an empty field with its centre of mass at pixel index 14.0.

    MNIST's authors centred digits there, half a pixel right of and below the exact
    middle of 28 pixels. The step never cuts ink off: at the edge of the field it stops
    moving the ink.
    """

    name: ClassVar[str] = "centre"
    title: ClassVar[str] = "Centre"

    by: str = option("mass", choices=("mass", "box", "none"))
    """``mass`` puts the centre of mass on `target`, ``box`` puts the middle of the
    ink's box in the middle of the field, ``none`` leaves the ink where it is."""

    target: float = option(14.0, low=0, high=280, pace=0.5)
    """Row and column for the centre of mass, 0 to 280."""

    subpixel: bool = option(False, choices=(False, True))
    """Whether to move by fractions of a pixel, which blurs, or by whole pixels only."""

    side: int = option(28, low=1, high=280)
    """Pixels along the side of the field, 1 to 280."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the field with the ink in it."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Put the ink in the field, and describe the shift."""
        check_flat(image, self.title)
        top, left, ink = (0, 0, image) if self.by == "none" else ink_box(image)
        self._check_room(ink)
        middle = centre_of_mass(ink) if self.by == "mass" else _middle(ink.shape)
        y, x = (self._place(m, n) for m, n in zip(middle, ink.shape, strict=True))
        field = self._lay(ink, y, x)
        decided = {
            "from": (left + middle[1], top + middle[0]),
            "to": (x + middle[1], y + middle[0]),
            "shift": (x - left, y - top),
        }
        if not image.any():
            return Outcome(field, self._caption_of_none(), decided)
        return Outcome(field, self._caption(decided), decided)

    def _caption_of_none(self) -> str:
        return f"There is no ink to centre: an empty field of {self.side}x{self.side}."

    def _check_room(self, ink: Image) -> None:
        if max(ink.shape) > self.side:
            msg = (
                f"Got ink of {ink.shape[1]}x{ink.shape[0]} pixels to centre in a field "
                f"of {self.side}x{self.side}. Centring needs a field larger than the "
                "ink: put Fit or Resize before Centre."
            )
            raise StepOrderError(msg)

    def _place(self, middle: float, length: int) -> float:
        """Return the first pixel of the ink that puts its middle in the right place."""
        if self.by == "none":
            return 0
        target = self.target if self.by == "mass" else (self.side - 1) / 2
        start = target - middle
        return min(max(start if self.subpixel else round(start), 0), self.side - length)

    def _lay(self, ink: Image, y: float, x: float) -> Image:
        rows, cols = ink.shape
        top, left = int(y), int(x)
        field = np.zeros((self.side + 1, self.side + 1), np.float32)
        field[top : top + rows, left : left + cols] = ink
        if self.subpixel:
            down, right = np.float32(y - top), np.float32(x - left)
            field = (1 - down) * field + down * np.roll(field, 1, axis=0)
            field = (1 - right) * field + right * np.roll(field, 1, axis=1)
        return np.ascontiguousarray(field[:-1, :-1])

    def _caption(self, decided: dict[str, tuple[float, float]]) -> str:
        if self.by == "none":
            return f"Left where it was, in a field of {self.side}x{self.side} pixels."
        what = "The centre of mass" if self.by == "mass" else "The middle of the ink"
        (x, y), (right, down) = decided["from"], decided["to"]
        return (
            f"{what} went from column {x:.1f}, row {y:.1f} to column {right:.1f}, row "
            f"{down:.1f} of a {self.side}x{self.side} field."
        )

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        if self.by == "none":
            return (
                f"field = np.zeros(({self.side}, {self.side}), np.float32)",
                "field[: image.shape[0], : image.shape[1]] = image",
                "image = field",
            )
        target = f"{self.target!r}" if self.by == "mass" else f"{(self.side - 1) / 2!r}"
        start = f"{target} - m" if self.subpixel else f"round({target} - m)"
        side = self.side + self.subpixel
        return (
            *self._code_of_middle(),
            (
                f"y, x = (min(max({start}, 0), {self.side} - n) "
                "for m, n in zip(middle, ink.shape))"
            ),
            f"ends = [(int(a), {side} - int(a)) for a in (y, x)]",
            "image = np.pad(ink, [(a, b - n) for (a, b), n in zip(ends, ink.shape)])",
            *(_CODE_OF_SHIFT if self.subpixel else ()),
        )

    def _code_of_middle(self) -> tuple[str, ...]:
        lines = (
            "rows, cols = (np.flatnonzero(image.any(axis=a)) for a in (1, 0))",
            (
                "ink = image[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] "
                "if rows.size else image"
            ),
        )
        if self.by == "box":
            return (*lines, "middle = [(n - 1) / 2 for n in ink.shape]")
        return (
            *lines,
            "sums = [ink.sum(axis=a, dtype=np.float64) for a in (1, 0)]",
            "middle = [s @ np.arange(len(s)) / (sums[0].sum() or 1) for s in sums]",
        )


_CODE_OF_SHIFT = (
    "down, right = np.float32(y - int(y)), np.float32(x - int(x))",
    "image = (1 - down) * image + down * np.roll(image, 1, axis=0)",
    "image = (1 - right) * image + right * np.roll(image, 1, axis=1)",
    "image = np.ascontiguousarray(image[:-1, :-1])",
)


def ink_box(image: Image) -> tuple[int, int, Image]:
    """Return the first row and column with ink, and the part that holds all of it."""
    rows = np.flatnonzero(image.any(axis=1))
    if not rows.size:
        return 0, 0, image
    cols = np.flatnonzero(image.any(axis=0))
    top, left = int(rows[0]), int(cols[0])
    return top, left, image[top : int(rows[-1]) + 1, left : int(cols[-1]) + 1]


def centre_of_mass(image: Image) -> tuple[float, float]:
    """Return the row and column of the centre of mass; the middle without ink."""
    rows = image.sum(axis=1, dtype=np.float64)
    cols = image.sum(axis=0, dtype=np.float64)
    total = float(rows.sum())
    if total <= 0:
        return _middle(image.shape)
    return (
        float(rows @ np.arange(len(rows))) / total,
        float(cols @ np.arange(len(cols))) / total,
    )


def _middle(shape: tuple[int, ...]) -> tuple[float, float]:
    return (shape[0] - 1) / 2, (shape[1] - 1) / 2
