"""`dither`: from greys to black and white, by any method of the catalogue."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.dithering.catalogue import find_method
from digits_widget.dithering.compatibility import find_program
from digits_widget.dithering.images import as_batch
from digits_widget.dithering.option import Value


def dither(
    image: ArrayLike,
    method: str = "floyd-steinberg",
    *,
    like: str | None = None,
    **options: Value,
) -> NDArray[np.float32]:
    """Print a picture with few greys so that it looks like many from afar.

    Parameters
    ----------
    image : array_like
        (rows, cols), or a batch (n, rows, cols), floats in [0, 1]. It is not changed.
        A pixel of 1 stays 1 whatever it means, ink or paper. Which of the two is 1
        matters little but not nothing: invert before, not after.
    method : str
        A name or alias of `CATALOGUE`, such as ``atkinson``.
    like : str, optional
        A program of `COMPATIBILITY`, such as ``imagemagick-6`` or ``pillow``: prints
        to the last bit what it prints, from the picture rounded to 256 greys. Its
        methods take its own options: see ``COMPATIBILITY[like].methods``.
    **options
        What the method lets you choose: see ``CATALOGUE[method].options``.

    Returns
    -------
    array
        Of the same shape, float32, 0 and 1 (and the greys between if `levels` says
        so). A batch gives what its pictures give one by one, bit for bit.

    Raises
    ------
    ImageError
        No floats, no two or three axes, no pixels, NaN, or outside [0, 1].
    UnknownMethodError
        No method or program of this name; the message has the nearest ones.
    OptionError
        An option that this method does not have, a value it does not take, or a
        method that the program does not have.
    """
    batch = as_batch(image)
    found = find_method(method)
    if like is not None:
        found = find_program(like).find(found)
    printed = found(batch, **options)
    return printed if np.ndim(image) == 3 else printed[0]
