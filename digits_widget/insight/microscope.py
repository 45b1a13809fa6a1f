"""What error diffusion does to one picture, pixel by pixel, with the books kept.

Nothing is lost on the way: the ink of all pixels printed so far is what was printed,
what is carried to pixels still to come, and what was dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering import (
    CATALOGUE,
    DiffusionStep,
    diffuse_stepwise,
    dither,
    find_method,
)
from digits_widget.dithering.linear_light import to_linear
from digits_widget.dithering.option import Value
from digits_widget.steps.step import Image

_SEEN = 1 / 256
"""An error that changes no grey of 256."""

_GREYS = 256
"""Plain pictures that are printed to find thresholds."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One pixel being printed. Sums are of ink, 1 is one pixel full of it."""

    step: DiffusionStep
    """The pixel, its value, what is printed, and where the error goes."""

    grey: float
    """What the pixel was at first; the rest of its value came from others."""

    carried: NDArray[np.float64]
    """(rows, cols) read-only: the error that waits at each pixel still to come."""

    taken: float
    """Sum of the first greys of all pixels printed so far, this one included."""

    printed: float
    """Sum of what was printed there."""

    dropped: float
    """Sum of what nobody received. `taken` is `printed`, `waiting` and this."""

    @property
    def waiting(self) -> float:
        """Sum of the error that is carried."""
        return float(self.carried.sum())


def frames(image: Image, method: str, **options: Value) -> tuple[Frame, ...]:
    """Diffuse errors through a picture; keep each pixel where anything happens.

    Empty paper that receives next to no error, and stays empty, is passed over; the
    last pixel is always kept, so that the last frame shows all of the picture.

    Parameters
    ----------
    image : ndarray
        (rows, cols) float32 in [0, 1], 1 is ink.
    method : str
        A method of the family "error diffusion".
    **options
        Of the method.

    Raises
    ------
    OptionError
        The method has no fixed kernel.
    """
    steps = diffuse_stepwise(image, method, **options)
    is_linear = bool(options.get("linear"))
    start = np.asarray(to_linear(image) if is_linear else image, dtype=np.float64)
    left = start.copy()
    taken = printed = dropped = 0.0
    kept = []
    for step in steps:
        grey = float(start[step.y, step.x])
        taken, printed = taken + grey, printed + step.printed
        dropped += step.dropped
        left[step.y, step.x] = np.nan
        is_last = np.isnan(left).all()
        if grey or abs(step.value) > _SEEN or step.printed or is_last:
            carried = np.nan_to_num(step.picture - left)
            carried.flags.writeable = False
            kept.append(Frame(step, grey, carried, taken, printed, dropped))
    return tuple(kept)


def thresholds(
    method: str, shape: tuple[int, int], *, like: str | None = None, **options: Value
) -> NDArray[np.float64] | None:
    """Return the grey above which each pixel gets ink, where pixels stand alone.

    Found by printing 256 plain pictures, so it holds for every option.

    Parameters
    ----------
    method : str
        In the catalogue.
    shape : tuple of int
        Rows and columns of the picture.
    like, **options
        As for `dither`.

    Returns
    -------
    ndarray or None
        (rows, cols) float64 in [0, 1]; None for a method in which a pixel also depends
        on others. With more than two levels it is the middle of all thresholds.
    """
    if not stands_alone(method):
        return None
    greys = np.linspace(0, 1, _GREYS, dtype=np.float32)
    plain = np.broadcast_to(greys[:, None, None], (_GREYS, *shape))
    printed = dither(plain, method, like=like, **options)
    found: NDArray[np.float64] = 1 - printed.mean(axis=0, dtype=np.float64)
    return found


def stands_alone(method: str) -> bool:
    """Return whether a pixel is printed without a look at any other."""
    family = CATALOGUE[find_method(method).name].family
    return family in {"ordered", "noise"} or find_method(method).name == _FIXED


_FIXED = "fixed-threshold"
