"""`Arithmetic`: how a program computes while it diffuses errors.

Programs that all claim Floyd-Steinberg print different pictures: one clamps, one
rounds, one computes in whole numbers. `Arithmetic` lists these habits; the `Kernel`
says where the errors go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.images import Floats

Clamp = Literal["none", "read", "write"]
Ties = Literal["up", "down"]
Rounding = Literal["none", "read", "write", "share", "sum"]
Shares = Literal["weight", "part"]


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """The habits of one program, in the units it works in."""

    white: int = 255
    """Working value of a white pixel, 1, 255 or 65535; black is 0."""

    dtype: str = "float64"
    """NumPy type of working values: float64, float32 or int64."""

    table: NDArray[np.generic] | None = None
    """(256,) working values of 8-bit greys. None multiplies greys of any depth by
    `white`."""

    apart: bool = False
    """Whether errors add up beside the picture, and join a pixel when it is read."""

    clamp: Clamp = "none"
    """Whether values are clamped between black and white: when a pixel is read, at
    every write, or never."""

    rounding: Rounding = "none"
    """Where values become whole numbers: half up when a pixel is read, half to even at
    every write, each share cut toward zero, or the sum of shares cut toward zero."""

    shares: Shares = "weight"
    """Whether a share is error * (weight / divisor) or (error / divisor) * weight."""

    original: bool = False
    """Whether the error is measured from the original pixel, not the corrected one."""

    middle: float = 127.5
    """The threshold between black and white, in working values."""

    ties: Ties = "up"
    """The colour of a value exactly on the threshold: up is white."""

    strength: float = 1.0
    """Factor for every error, 0 to 1."""

    greys: tuple[float, ...] | None = None
    """Working values of the levels to print, if there are more than two."""

    def start(self, images: Floats) -> NDArray[Any]:
        """Turn pictures in [0, 1] into working values, in a new array."""
        if self.table is not None:
            return self.table[eight_bit(images)].astype(self.dtype)
        # Multiplied in the picture's own precision, an 8-bit grey becomes its whole
        # number again.
        own = images * images.dtype.type(self.white)
        return own.astype(self.dtype, copy=False)

    def start_batch(self, images: Floats) -> NDArray[Any]:
        """Do the same as `start`, and move the pictures to the last axis.

        The result is contiguous, (rows, cols, n). Transposing narrow floats, before
        they are widened, is cheaper than transposing wide ones.
        """
        count, rows, cols = images.shape
        turned = np.ascontiguousarray(images.reshape(count, -1).T)
        return self.start(turned).reshape(rows, cols, count)

    @property
    def is_plain(self) -> bool:
        """Whether it needs only Python's own floats and two levels."""
        usual = self.dtype == "float64" and self.rounding == "none"
        habits = self.apart or self.original or self.shares != "weight"
        return usual and not habits and self.clamp != "write" and self.greys is None


PLAIN = Arithmetic()
"""Double precision, no clamping and no rounding: it keeps tone to the last bit."""


def eight_bit(images: Floats) -> NDArray[np.intp]:
    """Round pictures in [0, 1] to greys from 0 to 255."""
    return np.rint(images * images.dtype.type(255)).astype(np.intp)
