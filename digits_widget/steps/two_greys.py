"""Dithers to two greys as ImageMagick's ``-dither FloydSteinberg -colors 2`` does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from digits_widget.dithering.imagemagick import GreyTree, floyd_steinberg_onto
from digits_widget.dithering.pasted import imagemagick as pasted
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameter import check_fields, choice
from digits_widget.steps.step import Image, Outcome

_WHITE = 65535


@dataclass(frozen=True, kw_only=True)
class TwoGreys:
    """Print the picture with two greys, in serpentine Floyd-Steinberg.

    ``octree`` lets ImageMagick choose the greys from the picture. Where the ink is thin
    it often finds only one, the mean, and the digit is gone: that is the flaw in the
    recipe of 2020. ``black-white`` is the cure.
    """

    name: ClassVar[str] = "two-greys"
    title: ClassVar[str] = "Dither to two greys"

    palette: str = field(default="octree", metadata=choice("octree", "black-white"))
    """``octree`` or ``black-white``."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture in two greys."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Choose the greys, print with them, and tell which they are."""
        check_flat(image, self.title)
        deep = _WHITE - np.rint(image * np.float64(_WHITE)).astype(np.int64)
        octree = self.palette == "octree"
        tree = GreyTree(deep) if octree else GreyTree.black_and_white()
        printed = floyd_steinberg_onto(deep, tree)
        # As bytes, which is how ImageMagick writes them and people know them.
        greys = tuple(sorted(grey // 257 for grey in tree.greys))
        caption = (
            f"The octree found only one grey, {greys[0]} of 255: all ink is gone."
            if len(greys) == 1
            else f"Printed with the greys {greys[0]} and {greys[1]} of 255, errors "
            "spread by Floyd and Steinberg, rows in turn from left and right."
        )
        ink = (1 - printed / _WHITE).astype(np.float32)
        return Outcome(ink, caption, {"greys": greys})

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        octree = self.palette == "octree"
        return (
            pasted.BITS,
            f"deep = {_WHITE} - np.rint(image * np.float64({_WHITE})).astype(int)",
            *(pasted.OCTREE if octree else pasted.BLACK_AND_WHITE),
            *pasted.FLOYD_STEINBERG,
            f"image = (1 - deep / {_WHITE}).astype(np.float32)",
        )
