"""`Diffuser`: error diffusion at one pixel, or at many at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.kernel import Kernel

Values = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Diffuser:
    """A kernel and an arithmetic, as four operations on arrays of any shape.

    The engines (batch, wavefront, step by step) differ only in the order in which they
    visit pixels; they all call these operations, and so agree bit for bit.
    """

    kernel: Kernel
    """Where errors go."""

    arithmetic: Arithmetic
    """How the errors are computed."""

    weights: dict[int, Any] = field(init=False)
    """The factor for an error, for each weight of the kernel."""

    middles: Values = field(init=False)
    """The thresholds between neighbouring levels, in working values."""

    _white: Any = field(init=False)
    """White in the smallest unsigned type, so that products stay one or two bytes."""

    def __post_init__(self) -> None:
        rule = self.arithmetic
        as_type = np.dtype(rule.dtype).type
        parted = not self._is_whole and rule.shares == "weight"
        divisor = self.kernel.divisor if parted else 1
        strength = 1 if self._is_whole else rule.strength
        weights = {w: as_type(w / divisor * strength) for *_, w in self.kernel.taps}
        greys = np.array(rule.greys or (0, rule.white), dtype=np.float64)
        gaps = np.diff(greys)
        # In whole numbers the darkest greys of linear light may coincide. The first of
        # them is then printed, so that black stays black.
        middles = greys[:-1] + gaps * (rule.middle / rule.white) + (gaps == 0) / 4
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "middles", middles)
        object.__setattr__(
            self, "_white", np.min_scalar_type(rule.white).type(rule.white)
        )

    @property
    def _is_whole(self) -> bool:
        return self.arithmetic.rounding in {"share", "sum"}

    def start(self, pixels: Values) -> Values:
        """Return the cells as they are before any error is passed on.

        They are the pixels themselves, unless these will be needed again.
        """
        if self.arithmetic.apart:
            return np.zeros_like(pixels)
        return pixels.copy() if self.arithmetic.original else pixels

    def read(self, cell: Values, pixel: Values) -> Values:
        """Return the value of a cell: its pixel and the errors that it has received.

        Parameters
        ----------
        cell : ndarray
            The pixels with the errors that they have received.
        pixel : ndarray
            The original pixels.
        """
        rule = self.arithmetic
        value = cell
        if rule.rounding == "sum":
            value = _toward_zero(cell, self.kernel.divisor)
        if rule.apart:
            value = pixel + value
        if rule.clamp == "read":
            value = np.clip(value, 0, rule.white)
        if rule.rounding == "read":
            value = np.floor(value + 0.5)
        return value

    def exact(self, cell: Values, pixel: Values) -> float:
        """Return the value of one cell before clamping and rounding.

        Parameters
        ----------
        cell, pixel
            As for `read`.
        """
        parts = self.kernel.divisor if self.arithmetic.rounding == "sum" else 1
        received = float(cell[0]) / parts
        return received + float(pixel[0]) if self.arithmetic.apart else received

    def decide(self, value: Values) -> Values:
        """Choose the level for a value: False or True, or the level's number."""
        rule = self.arithmetic
        if rule.greys is not None:
            if rule.ties == "up":
                return np.searchsorted(self.middles, value, side="right")
            return np.searchsorted(self.middles, value, side="left")
        compare = np.greater_equal if rule.ties == "up" else np.greater
        white: Values = compare(value, rule.middle)
        return white

    def error(self, value: Values, pixel: Values, level: Values) -> Values:
        """Return the error of the printed level, to pass on.

        Parameters
        ----------
        value : ndarray
            The values from `read`.
        pixel : ndarray
            The original pixels.
        level : ndarray
            The printed levels from `decide`.
        """
        rule = self.arithmetic
        base = pixel if rule.original else value
        error: Values
        if rule.greys is not None:
            error = base - np.array(rule.greys, dtype=value.dtype)[level]
        else:
            error = base - level.view(np.uint8) * self._white
        if self._is_whole and rule.strength != 1:
            error = np.trunc(error * rule.strength).astype(value.dtype)
        return error

    def pay(self, cell: Values, error: Values, weight: int) -> None:
        """Add one share of an error to a cell, in place.

        Parameters
        ----------
        cell : ndarray
            The receiving cells, changed in place.
        error : ndarray
            The errors.
        weight : int
            The share, as a numerator over the kernel's divisor.
        """
        rule = self.arithmetic
        if rule.shares == "part":
            error = error / self.kernel.divisor
        share = error * self.weights[weight]
        if rule.rounding == "share":
            share = _toward_zero(share, self.kernel.divisor)
        cell += share
        if rule.rounding == "write":
            np.rint(cell, out=cell)
        if rule.clamp == "write":
            np.clip(cell, 0, rule.white, out=cell)


def _toward_zero(values: Values, divisor: int) -> Values:
    cut: Values = np.sign(values) * (np.abs(values) // divisor)
    return cut
