"""Makes one grey value of each pixel's colour and transparency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from digits_widget.steps.checks import checked
from digits_widget.steps.parameter import check_fields, choice, number
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True, kw_only=True)
class Flatten:
    """Lay the picture over plain paper, and its colours into greys.

    A web page's canvas sends black ink on *transparent* paper. Whoever drops the
    transparency (``alpha="drop"``) is left with black on black: every pixel 0, and the
    digit gone. The default lays the picture over white, as a screen does.

    Greys are 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601, as in Pillow).
    """

    name: ClassVar[str] = "flatten"
    title: ClassVar[str] = "Flatten"
    pictures_only: ClassVar[bool] = True

    background: float = field(default=1.0, metadata=number(0, 1))
    """Grey of the paper behind, from 0 (black) to 1 (white)."""

    alpha: str = field(default="over", metadata=choice("over", "drop"))
    """``over`` lays the picture over the paper, ``drop`` forgets the transparency."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture in greys, 1 is light."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Flatten, and tell what became of colours and transparency."""
        if image.ndim == 2:
            caption = "The picture is in plain greys already: nothing to flatten."
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
            return "Colours became greys; nothing was transparent."
        share = f"{transparent:.0%} of the pixels"
        if self.alpha == "over":
            names = {0.0: "black", 1.0: "white"}
            paper = names.get(self.background, f"grey {self.background:g}")
            return f"Laid over {paper} paper: {share} let it through."
        if not np.ptp(flat):
            return (
                f"Transparency of {share} was dropped, and every pixel became "
                f"{flat[0, 0]:g}: the digit was only in the transparency, and is gone."
            )
        return f"Transparency of {share} was dropped, not laid over paper."

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        lines = [
            (
                "grey = image[..., :3].astype(np.float64) @ (0.299, 0.587, 0.114)"
                " if image.ndim == 3 else image"
            )
        ]
        if self.alpha == "over":
            paper = f"{self.background!r}"
            lines.append("alpha = image[..., 3] if image.shape[2:] == (4,) else 1")
            lines.append(
                f"grey = {paper} + alpha * (grey - {paper}) if image.ndim > 2 else grey"
            )
        return (*lines, "image = np.clip(grey, 0, 1).astype(np.float32)")
