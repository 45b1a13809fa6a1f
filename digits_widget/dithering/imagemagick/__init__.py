"""ImageMagick's ``-dither`` for grey pictures, to the last bit.

`two_greys` chooses as ``-colors 2`` does; `floyd_steinberg_onto`, `riemersma_onto` and
`nearest_onto` print with the greys of a `GreyTree`.
"""

from __future__ import annotations

from digits_widget.dithering.imagemagick.grey_tree import GreyTree
from digits_widget.dithering.imagemagick.normalise import normalise
from digits_widget.dithering.imagemagick.onto_greys import (
    floyd_steinberg_onto,
    nearest_onto,
    riemersma_onto,
    two_greys,
)

__all__ = [
    "GreyTree",
    "floyd_steinberg_onto",
    "nearest_onto",
    "normalise",
    "riemersma_onto",
    "two_greys",
]
