"""Softens the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Blur:
    """Spread every pixel over its neighbours by a Gaussian, cut off at three sigmas.

    The edge pixels repeat beyond the picture.
    """

    name: ClassVar[str] = "blur"
    title: ClassVar[str] = "Blur"

    sigma: float = option(0.5, low=0.1, high=20)
    """Standard deviation of the Gaussian in pixels, 0.1 to 20."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the softened picture."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Blur the picture, and describe the change."""
        check_flat(image, self.title)
        blurred = self._along(self._along(image).T).T
        caption = (
            f"Every pixel spread over its neighbours, sigma {self.sigma:g} pixels: the "
            f"darkest ink went from {image.max():.2f} to {blurred.max():.2f}."
        )
        soft = np.ascontiguousarray(blurred).clip(0, 1)
        return Outcome(soft, caption, {"sigma": self.sigma})

    def _along(self, image: Image) -> Image:
        """Blur down the rows."""
        weights = self._weights()
        padded = np.pad(image, ((len(weights) // 2,) * 2, (0, 0)), mode="edge")
        total = np.zeros_like(image)
        for row, weight in enumerate(weights):
            total += weight * padded[row : row + len(image)]
        return total

    def _weights(self) -> NDArray[np.float32]:
        reach = int(np.ceil(3 * self.sigma))
        bell = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * self.sigma**2))
        weights: NDArray[np.float32] = (bell / bell.sum()).astype(np.float32)
        return weights

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        reach = int(np.ceil(3 * self.sigma))
        return (
            (
                f"bell = np.exp(-(np.arange({-reach}, {reach + 1}) ** 2) / "
                f"(2 * {self.sigma!r}**2))"
            ),
            "bell = (bell / bell.sum()).astype(np.float32)",
            "for _ in range(2):",
            f"    padded = np.pad(image, (({reach}, {reach}), (0, 0)), mode='edge')",
            (
                "    image = sum(w * padded[i : i + len(image)] "
                "for i, w in enumerate(bell)).T"
            ),
            "image = np.ascontiguousarray(image).clip(0, 1)",
        )
