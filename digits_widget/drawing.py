"""`Stroke` and `Drawing`: what the hand did, before any pixel.

Coordinates are shares of the canvas side: (0, 0) is the top left, x grows to the right,
y grows down. A drawing is the same on every screen and at every size, and can be drawn
again on any grid.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import (
    DrawingError,
    DrawingFormatError,
    PointsNotFiniteError,
    PointsOffCanvasError,
    TooManyPointsError,
)

PEN_WIDTH = 18 / 280
"""Default pen: 18 pixels on a 280 pixel canvas. After fitting into 20x20 it leaves
lines about as thick as MNIST's."""

MAX_POINTS = 100_000
"""More than an hour of drawing at 25 points a second; a bigger number is a mistake."""

_FORMAT = "digits-widget/drawing"
_VERSION = 1


@dataclass(frozen=True, eq=False)
class Stroke:
    """One line of the pen, from button down to button up.

    Parameters
    ----------
    points : array_like
        (n, 2) of x, y in [0, 1], n at least 1. One point is a round dot.
    times : array_like, optional
        (n,) seconds since the drawing began, never falling. Zeros if not given.
    width : float
        Of the pen, as a share of the canvas side, above 0 and at most 1.
    ink : bool
        True draws, False erases.

    Raises
    ------
    PointsNotFiniteError
        A coordinate, time or the width is NaN or infinite.
    PointsOffCanvasError
        A coordinate is below 0 or above 1.
    TooManyPointsError
        More than `MAX_POINTS` points.
    DrawingError
        No points, other than two coordinates a point, other than one time a point,
        times that fall, or a width outside (0, 1].
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


@dataclass(frozen=True)
class Drawing:
    """A tuple of strokes, oldest first. An empty drawing is falsy.

    Raises
    ------
    DrawingError
        Something in `strokes` is not a `Stroke`.
    TooManyPointsError
        More than `MAX_POINTS` points in all.
    """

    strokes: tuple[Stroke, ...] = ()

    def __init__(self, strokes: Iterable[Stroke] = ()) -> None:
        kept = tuple(strokes)
        for stroke in kept:
            if not isinstance(stroke, Stroke):
                msg = (
                    f"Got a {type(stroke).__name__} among the strokes, expected Stroke."
                    " Use Drawing.from_points for lists of points."
                )
                raise DrawingError(msg)
        _check_count(sum(len(stroke) for stroke in kept))
        object.__setattr__(self, "strokes", kept)

    @classmethod
    def from_points(
        cls,
        strokes: Iterable[ArrayLike],
        *,
        side: float = 1.0,
        width: float = PEN_WIDTH,
    ) -> Drawing:
        """Make a drawing from plain lists of points, one list a stroke.

        Parameters
        ----------
        strokes : iterable of array_like
            Each (n, 2) of x, y in [0, side].
        side : float
            Length of the canvas side in the unit of the points, such as 280 pixels.
        width : float
            Of the pen, as a share of the side.
        """
        if not (isinstance(side, int | float) and math.isfinite(side) and side > 0):
            msg = f"Got a canvas side of {side!r}, expected a number above 0."
            raise DrawingError(msg)
        return cls(Stroke(_as_floats(points) / side, width=width) for points in strokes)

    def __bool__(self) -> bool:
        return bool(self.strokes)

    def __len__(self) -> int:
        return len(self.strokes)

    def __iter__(self) -> Iterator[Stroke]:
        return iter(self.strokes)

    def __add__(self, stroke: Stroke) -> Drawing:
        """Return this drawing with one more stroke on top."""
        return Drawing((*self.strokes, stroke))

    @property
    def is_dot(self) -> bool:
        """Whether all the ink sits on one spot: a tap, not yet a digit."""
        spots = [stroke.points for stroke in self if stroke.ink]
        return bool(spots) and len(np.unique(np.concatenate(spots), axis=0)) == 1

    def to_json(self) -> str:
        """Write as JSON text; `from_json` gives back an equal drawing."""
        return json.dumps(
            {
                "format": _FORMAT,
                "version": _VERSION,
                "strokes": [
                    {
                        "points": stroke.points.tolist(),
                        "times": stroke.times.tolist(),
                        "width": stroke.width,
                        "ink": stroke.ink,
                    }
                    for stroke in self
                ],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Drawing:
        """Read what `to_json` wrote.

        Raises
        ------
        DrawingFormatError
            Not JSON, not a drawing, or written by a newer version.
        DrawingError
            A drawing whose points cannot be used.
        """
        try:
            return cls(_stroke_from(item) for item in _strokes_in(json.loads(text)))
        except (ValueError, TypeError, KeyError, RecursionError) as exc:
            msg = (
                f"Got text that is not a drawing ({exc}), expected JSON with the "
                f'format "{_FORMAT}". Drawing.to_json writes it.'
            )
            raise DrawingFormatError(msg) from exc

    def save(self, path: str | Path) -> None:
        """Write as a ``.json`` or ``.svg`` file, by the name's ending."""
        path = Path(path)
        writers = {".json": self.to_json, ".svg": self.to_svg}
        if path.suffix not in writers:
            msg = f"Got {path.name!r}, expected a name that ends in .json or .svg."
            raise DrawingFormatError(msg)
        path.write_text(writers[path.suffix](), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Drawing:
        """Read a ``.json`` file that `save` wrote.

        Raises
        ------
        DrawingFormatError
            The file cannot be read, or holds no drawing.
        """
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, DrawingFormatError) as exc:
            msg = f"{path}: {exc}"
            raise DrawingFormatError(msg) from exc

    def to_svg(self, side: int = 280) -> str:
        """Draw as an SVG picture, `side` pixels square: black ink on white paper."""
        lines = "".join(_svg_line(stroke) for stroke in self)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" '
            'viewBox="0 0 1 1" fill="none" stroke-linecap="round" '
            'stroke-linejoin="round"><rect width="1" height="1" fill="white"/>'
            f"{lines}</svg>"
        )

    def _repr_svg_(self) -> str:
        return self.to_svg()


def _as_floats(points: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.array(points, dtype=np.float64)
    except (ValueError, TypeError) as exc:
        msg = f"Got points that are not numbers ({exc}), expected pairs of x, y."
        raise DrawingError(msg) from exc


def _check_points(points: ArrayLike) -> NDArray[np.float64]:
    array = _as_floats(points)
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        msg = f"Got points of shape {array.shape}, expected (n, 2) with n at least 1."
        raise DrawingError(msg)
    _check_count(len(array))
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
    array = np.zeros(count) if times is None else _as_floats(times)
    if array.shape != (count,):
        msg = f"Got times of shape {array.shape}, expected one a point: ({count},)."
        raise DrawingError(msg)
    if not np.isfinite(array).all():
        msg = "Got a time that is NaN or infinite, expected seconds."
        raise PointsNotFiniteError(msg)
    if (np.diff(array) < 0).any():
        msg = "Got times that fall, expected seconds that never go back."
        raise DrawingError(msg)
    array.flags.writeable = False
    return array


def _check_width(width: float) -> float:
    if not isinstance(width, int | float) or isinstance(width, bool):
        msg = f"Got a pen width of {width!r}, expected a share of the canvas side."
        raise DrawingError(msg)
    if not math.isfinite(width):
        msg = f"Got a pen width of {width}, expected a finite share of the canvas side."
        raise PointsNotFiniteError(msg)
    if not 0 < width <= 1:
        msg = (
            f"Got a pen width of {width}, expected a share of the canvas side in "
            "(0, 1]. 18 pixels on a 280 pixel canvas are 18/280."
        )
        raise DrawingError(msg)
    return float(width)


def _check_count(count: int) -> None:
    if count > MAX_POINTS:
        msg = f"Got {count:,} points, expected at most {MAX_POINTS:,}. Thin them out."
        raise TooManyPointsError(msg)


def _strokes_in(data: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        msg = "no such format field"
        raise ValueError(msg)
    if data.get("version") != _VERSION:
        msg = f"version {data.get('version')!r}, and this program reads {_VERSION}"
        raise ValueError(msg)
    strokes = data["strokes"]
    if not isinstance(strokes, list):
        msg = "strokes is not a list"
        raise TypeError(msg)
    return strokes


def _stroke_from(item: Mapping[str, Any]) -> Stroke:
    return Stroke(
        item["points"], item.get("times"), width=item["width"], ink=item["ink"]
    )


def _svg_line(stroke: Stroke) -> str:
    points = " ".join(f"{x:.5g},{y:.5g}" for x, y in stroke.points)
    # A line of one point has no length and some browsers paint nothing: say it twice.
    if len(stroke) == 1:
        points = f"{points} {points}"
    colour = "black" if stroke.ink else "white"
    return (
        f'<polyline points="{points}" stroke="{colour}" '
        f'stroke-width="{stroke.width:.5g}"/>'
    )
