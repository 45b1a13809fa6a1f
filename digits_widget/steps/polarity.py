"""Makes ink 1 and paper 0, whether the ink is dark or light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Polarity:
    """Turn light into ink: in MNIST, ink is 1; in a scan, paper is 1.

    The border of the picture decides: if its median is light, the ink is dark, and the
    step inverts the picture. With the wrong polarity, a model only guesses.
    """

    name: ClassVar[str] = "polarity"
    title: ClassVar[str] = "Polarity"
    pictures_only: ClassVar[bool] = True
    gives_ink: ClassVar[bool] = True

    ink: str = option("auto", choices=("auto", "dark", "light"))
    """``auto`` decides by the border; ``dark`` and ``light`` set the ink."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture with 1 as ink."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Invert the picture if necessary, and describe why."""
        check_flat(image, self.title)
        edges = (image[0], image[-1], image[:, 0], image[:, -1])
        border = float(np.median(np.concatenate(edges)))
        dark = border > 0.5 if self.ink == "auto" else self.ink == "dark"
        paper = "light" if border > 0.5 else "dark"
        why = (
            f"The border's median is {border:.2f}, so the paper is {paper}"
            if self.ink == "auto"
            else f"The option says that the ink is {self.ink}"
        )
        caption = f"{why}: {'inverted' if dark else 'kept'}, now 1 is ink."
        inked = 1 - image if dark else image
        return Outcome(inked, caption, {"border": border, "inverted": dark})

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        if self.ink == "light":
            return ()
        if self.ink == "dark":
            return ("image = 1 - image",)
        return (
            "border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])",
            "image = 1 - image if np.median(border) > 0.5 else image",
        )
