"""`Drawing`: what the hand did, before any pixel.

A tuple of strokes: written and read as plain JSON, shown as SVG, drawn on any grid.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from digits_widget.errors import DrawingError, DrawingFormatError
from digits_widget.stroke import (
    MAX_POINTS,
    PEN_WIDTH,
    Stroke,
    as_floats,
    check_count,
)

__all__ = ["MAX_POINTS", "PEN_WIDTH", "Drawing", "Stroke"]

_FORMAT = "digits-widget/drawing"
_VERSION = 1


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
        check_count(sum(len(stroke) for stroke in kept))
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
        return cls(Stroke(as_floats(points) / side, width=width) for points in strokes)

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
        except OSError as exc:
            msg = f"Got {path}, which cannot be read ({exc.strerror}). Check the name."
            raise DrawingFormatError(msg) from exc
        except (UnicodeDecodeError, DrawingFormatError) as exc:
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
