"""`dither`: from greys to black and white, by any method of the catalogue."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.dithering.compatibility import find_method_like
from digits_widget.dithering.images import as_batch
from digits_widget.dithering.method import Method
from digits_widget.option import Value


def dither(
    image: ArrayLike,
    method: str | Method = "floyd-steinberg",
    *,
    like: str | None = None,
    **options: Value,
) -> NDArray[np.float32]:
    """Print a picture with few greys, so that it seems to have many from afar.

    Parameters
    ----------
    image : array_like
        (rows, cols), or a batch (n, rows, cols), floats in [0, 1]. It is not changed. A
        pixel of 1 stays 1, whether it means ink or paper. The choice makes a small
        difference, so invert a picture before dithering it, not after.
    method : str or Method
        A name or alias of `CATALOGUE`, such as ``atkinson``; or a method of your own,
        such as `own_method` makes.
    like : str, optional
        A program of `COMPATIBILITY`, such as ``imagemagick-6`` or ``pillow``: the
        picture is rounded to 256 greys, and the result equals the program's to the last
        bit. Its methods take its own options: see ``COMPATIBILITY[like].methods``.
    **options
        The method's own options: see ``CATALOGUE[method].options``.

    Returns
    -------
    array
        The same shape, float32, 0 and 1 (and greys between them if `levels` is above
        2). The pictures of a batch come out as they would one by one, bit for bit.

    Raises
    ------
    ImageError
        The image does not hold floats, does not have two or three axes, has no pixels,
        or has NaN or values outside [0, 1]. Three axes with a last one of 3 or 4 count
        as a colour picture, which is refused, too.
    ImageTooLargeError
        A picture has more than 50,000,000 pixels.
    UnknownMethodError
        No method or program has this name; the message lists the nearest ones.
    OptionError
        The method does not have an option or does not accept its value, or the program
        does not have the method.
    """
    batch = as_batch(image)
    printed = find_method_like(method, like)(batch, **options)
    return printed if np.ndim(image) == 3 else printed[0]
