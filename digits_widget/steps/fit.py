"""Scales the picture so that it just fits in a box, and keeps its aspect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image as Pillow

from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Scale until the longest side fills the box, as MNIST's authors did with 20."""

    name: ClassVar[str] = "fit"
    title: ClassVar[str] = "Fit in a box"

    box: int = 20
    """Pixels along the side of the box, 1 to 28. MNIST's digits fill 20."""

    filter: str = "lanczos"
    """How old pixels become new ones."""

    def __call__(self, image: Image) -> Image:
        """Return the scaled image."""
        return self.run(image).image

    def run(self, image: Image) -> Outcome:
        """Scale, and tell the size and the factor."""
        rows, cols = image.shape
        scale = self.box / max(rows, cols)
        size = (max(1, round(cols * scale)), max(1, round(rows * scale)))
        picture = Pillow.fromarray(np.ascontiguousarray(image))
        filtered = picture.resize(size, Pillow.Resampling[self.filter.upper()])
        # Lanczos swings past black and white at sharp edges.
        scaled = np.clip(np.asarray(filtered), 0, 1)
        caption = (
            f"Scaled {cols}x{rows} by {scale:.3f} to {size[0]}x{size[1]} pixels, to "
            f"fit the {self.box}x{self.box} box."
        )
        return Outcome(scaled, caption, {"scale": scale, "size": size})
