"""`Stroke`: one line of the pen, in shares of the canvas side.

(0, 0) is the canvas's top left, x grows to the right, y grows down, (1, 1) is the
bottom right. So a stroke is the same on every screen and at every size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import (
    DrawingError,
    PointsNotFiniteError,
    PointsOffCanvasError,
    TooManyPointsError,
    shortened,
)

PEN_WIDTH = 18 / 280
"""Default pen: 18 pixels on a 280 pixel canvas. After fitting into 20x20 it leaves
lines about as thick as MNIST's."""

MAX_POINTS = 100_000
"""More than an hour of drawing at 25 points a second: more is a mistake."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """One line of the pen, from button down to button up.

    Parameters
    ----------
    points : array_like
        (n, 2) of x, y in [0, 1], n at least 1. One point is a round dot.
    times : array_like, optional
        (n,) seconds since the drawing began, in ascending order. By default zeros.
    width : float
        Pen width as a share of the canvas side, in (0, 1].
    ink : bool
        True draws, False erases.

    Raises
    ------
    PointsNotFiniteError
        A coordinate, time or the width is not a finite number.
    PointsOffCanvasError
        A coordinate is below 0 or above 1.
    TooManyPointsError
        More than `MAX_POINTS` points.
    DrawingError
        There are no points, a point does not have two coordinates and one time, a time
        is before the one before it, or the width is outside (0, 1].
    """

    points: NDArray[np.float64]
    """(n, 2) float64 in [0, 1], columns x and y, read-only."""

    times: NDArray[np.float64]
    """(n,) float64, seconds since the drawing began, read-only."""

    width: float = PEN_WIDTH
    """Pen width as a share of the canvas side, in (0, 1]."""

    ink: bool = True
    """True draws, False erases."""

    def __init__(
        self,
        points: ArrayLike,
        times: ArrayLike | None = None,
        *,
        width: float = PEN_WIDTH,
        ink: bool = True,
    ) -> None:
        checked = _check_points(points)
        object.__setattr__(self, "points", checked)
        object.__setattr__(self, "times", _check_times(times, len(checked)))
        object.__setattr__(self, "width", _check_width(width))
        object.__setattr__(self, "ink", bool(ink))

    def __len__(self) -> int:
        return len(self.points)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Stroke)
            and np.array_equal(self.points, other.points)
            and np.array_equal(self.times, other.times)
            and (self.width, self.ink) == (other.width, other.ink)
        )

    def __hash__(self) -> int:
        return hash((self.points.tobytes(), self.times.tobytes(), self.width, self.ink))

    def __repr__(self) -> str:
        kind = "ink" if self.ink else "eraser"
        return f"<Stroke of {kind}: {len(self)} points, width {self.width:.3f}>"


def as_floats(points: ArrayLike) -> NDArray[np.float64]:
    """Copy `points` to float64.

    Raises
    ------
    PointsNotFiniteError
        A number has more than 308 digits.
    DrawingError
        The points are not numbers.
    """
    try:
        return np.array(points, dtype=np.float64)
    except OverflowError as exc:
        msg = "Got a number with more than 308 digits among the points or times."
        raise PointsNotFiniteError(msg) from exc
    except (ValueError, TypeError) as exc:
        why = shortened(str(exc))
        msg = f"Got points that are not numbers ({why}), expected pairs of x, y."
        raise DrawingError(msg) from exc


def as_float(number: object) -> float:
    """Return the number as a float: infinite if too large, NaN if not a number."""
    if not isinstance(number, int | float) or isinstance(number, bool):
        return math.nan
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number > 0 or -1)


def _check_points(points: ArrayLike) -> NDArray[np.float64]:
    array = as_floats(points)
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        msg = f"Got points of shape {array.shape}, expected (n, 2) with n at least 1."
        raise DrawingError(msg)
    check_count(len(array))
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).any(axis=1).argmax())
        msg = f"Got point {bad} = {array[bad].tolist()}, expected finite numbers."
        raise PointsNotFiniteError(msg)
    if (array < 0).any() or (array > 1).any():
        bad = int(((array < 0) | (array > 1)).any(axis=1).argmax())
        msg = (
            f"Got point {bad} = {array[bad].tolist()}, expected x and y in [0, 1] of "
            "the canvas side. Divide pixels by the side (side=280), and clip what lies "
            "beyond the edge."
        )
        raise PointsOffCanvasError(msg)
    array.flags.writeable = False
    return array


def _check_times(times: ArrayLike | None, count: int) -> NDArray[np.float64]:
    array = np.zeros(count) if times is None else as_floats(times)
    if array.shape != (count,):
        msg = f"Got times of shape {array.shape}, expected one per point: ({count},)."
        raise DrawingError(msg)
    if not np.isfinite(array).all():
        msg = "Got a time that is NaN or infinite, expected seconds."
        raise PointsNotFiniteError(msg)
    if (array[1:] < array[:-1]).any():
        msg = "Got times that go back, expected seconds in ascending order."
        raise DrawingError(msg)
    array.flags.writeable = False
    return array


def _check_width(width: float) -> float:
    share = as_float(width)
    if not math.isfinite(share):
        msg = (
            f"Got a pen width of {shortened(width)}, expected a finite share of the "
            "canvas side."
        )
        raise PointsNotFiniteError(msg)
    if not 0 < share <= 1:
        msg = (
            f"Got a pen width of {shortened(width)}, expected a share of the canvas "
            "side in (0, 1]. 18 pixels on a 280 pixel canvas are 18/280."
        )
        raise DrawingError(msg)
    return share


def check_count(count: int) -> None:
    """Refuse too many points.

    Raises
    ------
    TooManyPointsError
        `count` is above `MAX_POINTS`.
    """
    if count > MAX_POINTS:
        msg = f"Got {count:,} points, expected at most {MAX_POINTS:,}. Thin them out."
        raise TooManyPointsError(msg)
