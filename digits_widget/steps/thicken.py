"""Makes lines thicker or thinner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Thicken:
    """Thicken lines by some pixels on every side; below 0, thin them.

    This is a grey dilation with a soft disc: every pixel becomes the maximum of its
    neighbours, weighted by their distance. Thinning dilates the paper instead.
    """

    name: ClassVar[str] = "thicken"
    title: ClassVar[str] = "Thicken or thin"

    pixels: float = option(0.5, low=-5, high=5, pace=0.1)
    """Pixels to add on every side of a line, -5 to 5; below 0 thins."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture with thicker or thinner lines."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Thicken or thin the lines, and describe the ink before and after."""
        check_flat(image, self.title)
        grown = self._grow(image) if self.pixels > 0 else 1 - self._grow(1 - image)
        before, after = float(image.mean()), float(grown.mean())
        caption = (
            f"Lines made {'thicker' if self.pixels > 0 else 'thinner'} by "
            f"{abs(self.pixels):g} pixels on every side: ink covers {after:.1%} of the "
            f"picture, before {before:.1%}."
        )
        return Outcome(grown, caption, {"before": before, "after": after})

    def _grow(self, image: Image) -> Image:
        reach = int(np.ceil(abs(self.pixels)))
        padded = np.pad(image, reach, mode="edge")
        rows, cols = image.shape
        grown = image.copy()
        for y in range(2 * reach + 1):
            for x in range(2 * reach + 1):
                away = np.hypot(y - reach, x - reach)
                share = np.float32(min(max(abs(self.pixels) + 1 - away, 0), 1))
                moved = share * padded[y : y + rows, x : x + cols]
                np.maximum(grown, moved, out=grown)
        return grown

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        amount, reach = abs(self.pixels), int(np.ceil(abs(self.pixels)))
        start = "image" if self.pixels > 0 else "1 - image"
        return (
            f"grown = {start}",
            f"padded, (rows, cols) = np.pad(grown, {reach}, mode='edge'), image.shape",
            f"for y, x in np.ndindex({2 * reach + 1}, {2 * reach + 1}):",
            f"    share = {amount!r} + 1 - np.hypot(y - {reach}, x - {reach})",
            (
                "    moved = np.float32(min(max(share, 0), 1)) * "
                "padded[y : y + rows, x : x + cols]"
            ),
            "    grown = np.maximum(grown, moved)",
            f"image = {start.replace('image', 'grown')}",
        )
