"""Dithers to two greys like ImageMagick's ``-dither FloydSteinberg -colors 2``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from digits_widget.dithering.codegen.diffusion import diffusion
from digits_widget.dithering.compatibility.imagemagick import ARITHMETIC
from digits_widget.dithering.imagemagick import GreyTree, floyd_steinberg_onto
from digits_widget.dithering.kernel import FLOYD_STEINBERG
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome

_WHITE = 65535


@dataclass(frozen=True, kw_only=True)
class TwoGreys:
    """Print the picture with two greys, by serpentine Floyd-Steinberg.

    ``octree`` chooses the greys from the picture, like ImageMagick. With thin ink it
    often finds only one grey, the mean, and the digit is lost: this is the bug in the
    recipe of 2020. ``black-white`` corrects it.
    """

    name: ClassVar[str] = "two-greys"
    title: ClassVar[str] = "Dither to two greys"

    palette: str = option("octree", choices=("octree", "black-white"))
    """``octree`` or ``black-white``."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture in two greys."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Choose the greys, print with them, and describe them."""
        check_flat(image, self.title)
        deep = _WHITE - np.rint(image * np.float64(_WHITE)).astype(np.int64)
        octree = self.palette == "octree"
        tree = GreyTree(deep) if octree else GreyTree.black_and_white()
        printed = floyd_steinberg_onto(deep, tree)
        # In bytes, as ImageMagick writes them.
        greys = tuple(sorted(grey // 257 for grey in tree.greys))
        caption = (
            f"The octree found only one grey, {greys[0]} of 255: all ink is lost."
            if len(greys) == 1
            else f"Printed with the greys {greys[0]} and {greys[1]} of 255 by "
            "serpentine Floyd-Steinberg."
        )
        ink = (1 - printed / _WHITE).astype(np.float32)
        return Outcome(ink, caption, {"greys": greys})

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to `image`."""
        deep = f"{_WHITE} - np.rint(image * np.float64({_WHITE}))"
        if self.palette == "octree":
            return (
                (
                    "from digits_widget.dithering.imagemagick "
                    "import GreyTree, floyd_steinberg_onto"
                ),
                "# An octree chooses the two greys from the picture.",
                f"deep = ({deep}).astype(int)",
                "deep = floyd_steinberg_onto(deep, GreyTree(deep))",
                f"image = (1 - deep / {_WHITE}).astype(np.float32)",
            )
        return (
            *diffusion(
                kernel=FLOYD_STEINBERG,
                rule=ARITHMETIC,
                light=deep,
                scan="serpentine",
                first="ltr",
            ),
            "image = 1 - image",
        )
