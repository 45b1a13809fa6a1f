"""Gives the numbers the form that the model was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.errors import StepOrderError
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class ToTensor:
    """Give the image as the array that the request carries."""

    name: ClassVar[str] = "tensor"
    title: ClassVar[str] = "Tensor"

    def __call__(self, image: Image) -> Image:
        """Return the tensor."""
        return self.run(image).image

    def run(self, image: Image) -> Outcome:
        """Check the size and tell shape, type and range."""
        if image.shape != (28, 28):
            msg = (
                f"Got {image.shape[1]}x{image.shape[0]} pixels for the tensor, and the "
                "model looks at 28x28. Put Centre or Resize before ToTensor."
            )
            raise StepOrderError(msg)
        tensor = image.astype(np.float32)
        caption = (
            f"28x28 float32 from {tensor.min():.2f} (paper) to {tensor.max():.2f} "
            f"(ink), mean {tensor.mean():.3f}: exactly what the request carries."
        )
        return Outcome(tensor, caption, {"mean": float(tensor.mean())})
