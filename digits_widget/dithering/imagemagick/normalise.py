"""``-normalize``, the first step of ``-monochrome``: stretch greys over the range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.imagemagick.grey_tree import WHITE

CUT = {6: (0.0015, 0.9995), 7: (0.02, 0.99)}
"""By version: the least share that turns black, and the share that stays off white."""


def normalise(image: NDArray[np.integer], *, version: int = 6) -> NDArray[np.int64]:
    """Stretch greys so that few pixels are black and fewer white.

    Parameters
    ----------
    image : array
        (rows, cols) whole numbers from 0, black, to 65535, white.
    version : int
        6 cuts 0.15 % and 0.05 %, 7 cuts 2 % and 1 %.

    Returns
    -------
    array
        The same shape and range. A picture of one grey stays as it is.
    """
    low, high = CUT[version]
    counts = np.bincount(image.ravel(), minlength=WHITE + 1)
    black = int(np.argmax(np.cumsum(counts) > image.size * low))
    from_above = np.cumsum(counts[::-1]) > image.size - image.size * high
    white = WHITE - int(np.argmax(from_above))
    if black == white:
        return image.astype(np.int64)
    stretched = WHITE * (image - float(black)) / (white - black)
    return np.floor(np.clip(stretched, 0, WHITE) + 0.5).astype(np.int64)
