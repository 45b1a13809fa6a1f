"""Turns one picture into the crisp PNG of a filmstrip's tile.

Pixels are enlarged by repeating them, never smoothed, so that the tile shows exactly
the pixels that the model gets.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from digits_widget.errors import ImageError, OptionError, shortened

_CHECKER = (0.65, 0.85)
"""Greys of the squares that stand for transparency."""


def tile_png(image: ArrayLike, *, side: int = 112) -> bytes:
    """Return a picture as PNG bytes, at most `side` pixels along its longer side.

    Parameters
    ----------
    image : array_like
        (rows, cols) float in [0, 1], 1 is ink: drawn as black on white paper. Or
        (rows, cols, 3 or 4) float in [0, 1], 1 is light: colours, drawn as they are,
        transparency over a checkerboard.
    side : int
        Pixels, 1 to 4096. A smaller picture is enlarged by a whole factor, so that all
        its pixels stay equal squares; a larger one is scaled down.

    Returns
    -------
    bytes
        PNG, 8-bit grey for ink and RGB for colours.

    Raises
    ------
    ImageError
        The shape is another, or a value is NaN or outside [0, 1].
    OptionError
        `side` is not a whole number from 1 to 4096.
    """
    if isinstance(side, bool) or not isinstance(side, int) or not 1 <= side <= 4096:
        msg = (
            f"Got a tile side of {shortened(side)}, expected whole pixels from 1 to "
            "4096."
        )
        raise OptionError(msg)
    picture = Image.fromarray(_as_bytes(_checked(image)))
    longest = max(picture.size)
    if longest < side:
        factor = side // longest
        size = (picture.width * factor, picture.height * factor)
        picture = picture.resize(size, Image.Resampling.NEAREST)
    elif longest > side:
        picture.thumbnail((side, side), Image.Resampling.BOX)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _checked(image: ArrayLike) -> NDArray[np.float32]:
    pixels = np.asarray(image)
    colours = pixels.ndim == 3 and pixels.shape[2] in {3, 4}
    if not (pixels.ndim == 2 or colours) or 0 in pixels.shape:
        msg = (
            f"Got a picture of shape {pixels.shape}, expected (rows, cols) of ink or "
            "(rows, cols, 3 or 4) of colours."
        )
        raise ImageError(msg)
    pixels = pixels.astype(np.float32, copy=False)
    if not (pixels.min() >= 0 and pixels.max() <= 1):
        msg = (
            f"Got values from {pixels.min():g} to {pixels.max():g}, expected 0 to 1. "
            "Divide bytes by 255."
        )
        raise ImageError(msg)
    return pixels


def _as_bytes(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    if pixels.ndim == 2:
        return np.uint8(255) - _rounded(pixels)
    if pixels.shape[2] == 4:
        rows, cols = np.ogrid[: pixels.shape[0], : pixels.shape[1]]
        square = max(1, max(pixels.shape[:2]) // 14)
        odd = (rows // square + cols // square) % 2 == 1
        paper = np.where(odd, *_CHECKER)[:, :, None].astype(np.float32)
        light = paper + pixels[:, :, 3:] * (pixels[:, :, :3] - paper)
    else:
        light = pixels
    return _rounded(light)


def _rounded(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    stored: NDArray[np.uint8] = np.rint(values * np.float32(255)).astype(np.uint8)
    return stored
