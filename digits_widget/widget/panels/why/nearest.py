"""The training digits nearest to an image, as small tiles in HTML."""

from __future__ import annotations

from collections.abc import Sequence

from digits_widget.datasets.training_digits import nearest, training_digits
from digits_widget.insight.counterfactuals import Image
from digits_widget.tile import tile_png
from digits_widget.widget import html

_SIDE = 56
"""Side of a tile in CSS pixels: two for each pixel of the image."""

_PLACES = ("nearest", "second nearest", "third nearest")
"""What the tiles of a row show, from the left."""


def nearest_tiles(image: Image, digits: Sequence[int]) -> str:
    """Return the three training digits of each class that are nearest to an image.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    digits : sequence of int
        The classes, 0 to 9, in the order of their rows.
    """
    return _block([_row(digit, _tiles(image, digit)) for digit in digits])


def empty_tiles(digits: Sequence[int]) -> str:
    """Return the same without pictures: it takes the place that they will need."""
    return _block([_row(digit, [""] * len(_PLACES)) for digit in digits])


def _tiles(image: Image, digit: int) -> list[str]:
    found = nearest(image, digit, count=len(_PLACES))
    return [
        html.picture(tile_png(pixels, side=_SIDE), f"The {place} {digit}")
        for pixels, place in zip(found, _PLACES, strict=True)
    ]


def _row(digit: int, tiles: Sequence[str]) -> str:
    content = "".join(f"<span>{tile}</span>" for tile in tiles)
    return f"<figure><figcaption>nearest {digit}s</figcaption>{content}</figure>"


def _block(rows: Sequence[str]) -> str:
    images, _labels = training_digits()
    return (
        f'<div class="digits-nearest"><b>Nearest training digits</b>{"".join(rows)}'
        f"<p>From {len(images)} digits of MNIST, compared pixel by pixel</p></div>"
    )
