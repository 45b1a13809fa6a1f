"""Error diffusion of one picture, pixel by pixel, with an account of the ink.

The account balances: the ink of all pixels so far equals the printed ink, plus the
error that waits at later pixels, plus the error that was dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering import (
    DiffusionStep,
    Method,
    diffuse_stepwise,
    find_method,
)
from digits_widget.dithering.compatibility import find_method_like
from digits_widget.dithering.linear_light import to_linear
from digits_widget.option import Value
from digits_widget.steps.step import Image

_SEEN = 1 / 256
"""Largest error that changes no grey of 256."""

_GREYS = 256
"""Number of plain pictures printed to find thresholds."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One printed pixel, and the account so far, in ink: 1 is one full pixel."""

    step: DiffusionStep
    """The pixel, its value, the printed value, and where the error goes."""

    grey: float
    """The grey of the pixel in the picture, before it received errors."""

    carried: NDArray[np.float64]
    """(rows, cols) read-only: the error that waits at each later pixel."""

    taken: float
    """Sum of the original greys of all pixels up to this one."""

    printed: float
    """Sum of the printed values of these pixels."""

    dropped: float
    """Sum of the error that no pixel received: `taken` - `printed` - `waiting`."""

    @property
    def waiting(self) -> float:
        """Sum of the error that waits at later pixels."""
        return float(self.carried.sum())


def frames(image: Image, method: str | Method, **options: Value) -> tuple[Frame, ...]:
    """Diffuse errors through a picture, and return a frame for each relevant pixel.

    Empty pixels that receive hardly any error and stay empty have no frame. The last
    pixel always has one, so that the last frame shows the whole picture.

    Parameters
    ----------
    image : ndarray
        (rows, cols) float32 in [0, 1], 1 is ink.
    method : str or Method
        A method of the family "error diffusion", as for `dither`.
    **options
        Options of the method.

    Raises
    ------
    OptionError
        The method has no fixed kernel.
    ImageTooLargeError
        The picture has more than 10,000 pixels.
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
    method: str | Method,
    shape: tuple[int, int],
    *,
    like: str | None = None,
    **options: Value,
) -> NDArray[np.float64] | None:
    """Return the grey above which each pixel gets ink, for a method without diffusion.

    The function prints 256 plain pictures, so the result holds for every option.

    Parameters
    ----------
    method : str or Method
        As for `dither`.
    shape : tuple of int
        Rows and columns of the picture.
    like, **options
        As for `dither`.

    Returns
    -------
    ndarray or None
        (rows, cols) float64 in [0, 1]; None if a pixel also depends on others. With
        more than two levels, the middle of all thresholds.
    """
    if not stands_alone(method):
        return None
    found = find_method_like(method, like)
    ink = np.zeros(shape)
    # One plain picture at a time, to save memory.
    for grey in np.linspace(0, 1, _GREYS, dtype=np.float32):
        ink += found(np.full((1, *shape), grey), **options)[0]
    return 1 - ink / _GREYS


def stands_alone(method: str | Method) -> bool:
    """Return whether the method prints each pixel independently of all others."""
    found = find_method(method)
    return found.family in {"ordered", "noise"} or found.name == _FIXED


_FIXED = "fixed-threshold"
