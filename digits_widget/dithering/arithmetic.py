"""`Arithmetic`: how a program computes while it diffuses errors.

Two programs that both say Floyd-Steinberg print different pictures: one clamps, one
rounds, one counts in whole numbers. This is the list of those habits, and nothing of
where the errors go, which is the kernel's business.
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
    """What a white pixel is in working values; black is 0. 1, 255 or 65535."""

    dtype: str = "float64"
    """NumPy type of working values: float64, float32 or int64."""

    table: NDArray[np.generic] | None = None
    """(256,) working values of 8-bit greys. None takes greys of any depth as they
    are, times `white`."""

    apart: bool = False
    """Errors add up beside the picture and join it once, when a pixel is read."""

    clamp: Clamp = "none"
    """Whether a value is forced into black to white when read, at every write, or
    not at all."""

    rounding: Rounding = "none"
    """Where values become whole: half up when read, half to even at every write, each
    share cut toward zero, or the sum of shares cut toward zero."""

    shares: Shares = "weight"
    """A share is the error times weight / divisor, or error / divisor times weight."""

    original: bool = False
    """The error is measured from the original pixel, not from the corrected one."""

    middle: float = 127.5
    """The threshold between black and white, in working values."""

    ties: Ties = "up"
    """What a value exactly on the threshold becomes: up is white."""

    strength: float = 1.0
    """Every error is multiplied by this, 0 to 1."""

    greys: tuple[float, ...] | None = None
    """Working values of the levels to print, where there are more than two."""

    def start(self, images: Floats) -> NDArray[Any]:
        """Turn pictures in [0, 1] into working values, in an array of their own."""
        if self.table is not None:
            return self.table[eight_bit(images)].astype(self.dtype)
        # In the picture's own precision, an 8-bit grey becomes its whole number again.
        own = images * images.dtype.type(self.white)
        return own.astype(self.dtype, copy=False)

    def start_batch(self, images: Floats) -> NDArray[Any]:
        """Do as `start` with (n, rows, cols), and put the pictures along the last axis.

        It comes out contiguous, (rows, cols, n). Turning narrow floats is cheaper than
        turning wide ones.
        """
        count, rows, cols = images.shape
        turned = np.ascontiguousarray(images.reshape(count, -1).T)
        return self.start(turned).reshape(rows, cols, count)

    @property
    def is_plain(self) -> bool:
        """Whether Python's own floats and two levels are all it needs."""
        usual = self.dtype == "float64" and self.rounding == "none"
        habits = self.apart or self.original or self.shares != "weight"
        return usual and not habits and self.clamp != "write" and self.greys is None


PLAIN = Arithmetic()
"""Double precision, nothing clamped, nothing rounded: tone is kept to the last bit."""


def eight_bit(images: Floats) -> NDArray[np.intp]:
    """Round pictures in [0, 1] to greys from 0 to 255."""
    return np.rint(images * images.dtype.type(255)).astype(np.intp)
