"""Turns colours and transparency into one grey value per pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.steps.checks import checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Flatten:
    """Put the picture on plain paper, and turn its colours into greys.

    A web page's canvas sends black ink on *transparent* paper. Dropping the
    transparency (``alpha="drop"``) leaves black on black: every pixel is 0, and the
    digit is lost. The default puts the picture on white paper, as a screen does.

    Greys are 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601, as in Pillow).
    """

    name: ClassVar[str] = "flatten"
    title: ClassVar[str] = "Flatten"
    pictures_only: ClassVar[bool] = True

    background: float = option(1.0, low=0, high=1)
    """Grey of the paper behind the picture, from 0 (black) to 1 (white)."""

    alpha: str = option("over", choices=("over", "drop"))
    """``over`` puts the picture over the paper, ``drop`` ignores the transparency."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture in greys, 1 is light."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Flatten the picture, and describe the effect on colours and transparency."""
        if image.ndim == 2:
            caption = "The picture is already in plain greys, so nothing changed."
            return Outcome(image, caption, {"transparent": 0.0})
        grey = image[..., :3].astype(np.float64) @ (0.299, 0.587, 0.114)
        alpha = image[..., 3] if image.shape[2] == 4 else np.ones_like(grey)
        if self.alpha == "over":
            grey = self.background + alpha * (grey - self.background)
        flat = np.clip(grey, 0, 1).astype(np.float32)
        decided = {"transparent": float((alpha < 1).mean()), "blank": not np.ptp(flat)}
        return Outcome(flat, self._caption(flat, decided["transparent"]), decided)

    def _caption(self, flat: Image, transparent: float) -> str:
        if not transparent:
            return "Colours became greys. No pixel was transparent."
        share = f"{transparent:.0%} of the pixels"
        if self.alpha == "over":
            names = {0.0: "black", 1.0: "white"}
            paper = names.get(self.background, f"grey {self.background:g}")
            return f"Put on {paper} paper, which shows through {share}."
        if not np.ptp(flat):
            return (
                f"Transparency of {share} was dropped, and every pixel became "
                f"{flat[0, 0]:g}: the digit was only in the transparency, and is lost."
            )
        return f"Transparency of {share} was dropped."

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        paper = f"{self.background!r}"
        over = (
            "    alpha = image[..., 3] if image.shape[2] == 4 else 1",
            f"    grey = {paper} + alpha * (grey - {paper})",
        )
        return (
            "grey = image",
            "if image.ndim == 3:",
            "    grey = image[..., :3].astype(np.float64) @ (0.299, 0.587, 0.114)",
            *(over if self.alpha == "over" else ()),
            "image = np.clip(grey, 0, 1).astype(np.float32)",
        )
