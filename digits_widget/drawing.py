"""`Drawing`: the strokes of a hand, before any pixel; or a picture in their place.

A drawing can be saved as plain JSON, shown as SVG and rasterised at any size.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from digits_widget.errors import DrawingError, DrawingFormatError, shortened
from digits_widget.regular_file import read_regular_text
from digits_widget.stroke import (
    MAX_POINTS,
    PEN_WIDTH,
    Stroke,
    as_float,
    as_floats,
    check_count,
)

__all__ = ["MAX_POINTS", "PEN_WIDTH", "Drawing", "Stroke"]

_FORMAT = "digits-widget/drawing"
_VERSION = 1

MAX_BYTES = 1 << 25
"""Largest file. `MAX_POINTS` strokes of one point each take half of it."""

MAX_PICTURE_BYTES = 24_000_000
"""Largest picture. As JSON, in base64, it still fits into `MAX_BYTES`."""


@dataclass(frozen=True)
class Drawing:
    """A tuple of strokes, oldest first, or a picture. An empty drawing is falsy.

    Raises
    ------
    DrawingError
        An item of `strokes` is not a `Stroke`, there are strokes and a picture, or the
        picture is larger than `MAX_PICTURE_BYTES`.
    TooManyPointsError
        More than `MAX_POINTS` points in all.
    """

    strokes: tuple[Stroke, ...] = ()

    picture: bytes = field(default=b"", repr=False)
    """The bytes of a picture's file that lies on the paper, such as a photograph; empty
    for strokes. A pipeline reads it like any other picture."""

    def __init__(self, strokes: Iterable[Stroke] = (), *, picture: bytes = b"") -> None:
        kept = tuple(strokes)
        if kept and picture:
            msg = "Got strokes and a picture, expected only one. Draw on a new sheet."
            raise DrawingError(msg)
        if len(picture) > MAX_PICTURE_BYTES:
            msg = (
                f"Got a picture of {len(picture) / 1e6:.0f} MB, expected at most "
                f"{MAX_PICTURE_BYTES / 1e6:.0f} MB. Scale it down, or save it as JPEG."
            )
            raise DrawingError(msg)
        for stroke in kept:
            if not isinstance(stroke, Stroke):
                msg = (
                    f"Got a {type(stroke).__name__} among the strokes, expected Stroke."
                    " Use Drawing.from_points for lists of points."
                )
                raise DrawingError(msg)
        check_count(sum(len(stroke) for stroke in kept))
        object.__setattr__(self, "strokes", kept)
        object.__setattr__(self, "picture", bytes(picture))

    @classmethod
    def from_points(
        cls,
        strokes: Iterable[ArrayLike],
        *,
        side: float = 1.0,
        width: float = PEN_WIDTH,
    ) -> Drawing:
        """Make a drawing from lists of points, one list for each stroke.

        Parameters
        ----------
        strokes : iterable of array_like
            Each (n, 2): x and y in [0, side].
        side : float
            Length of the canvas side in the unit of the points, such as 280 pixels.
        width : float
            Pen width as a share of the side, in (0, 1].

        Raises
        ------
        DrawingError
            `side` is not a number above 0, or `Stroke` refuses the points.
        """
        if not 0 < as_float(side) < math.inf:
            msg = f"Got a canvas side of {shortened(side)}, expected a number above 0."
            raise DrawingError(msg)
        return cls(Stroke(as_floats(points) / side, width=width) for points in strokes)

    def __bool__(self) -> bool:
        return bool(self.strokes or self.picture)

    def __len__(self) -> int:
        return len(self.strokes)

    def __iter__(self) -> Iterator[Stroke]:
        return iter(self.strokes)

    def __add__(self, stroke: Stroke) -> Drawing:
        """Return these strokes and one more; a picture makes room for it."""
        return Drawing((*self.strokes, stroke))

    @property
    def is_dot(self) -> bool:
        """Whether all the ink is on one spot: a tap, not yet a digit."""
        spots = [stroke.points for stroke in self if stroke.ink]
        return bool(spots) and len(np.unique(np.concatenate(spots), axis=0)) == 1

    def to_json(self) -> str:
        """Write as JSON text; `from_json` gives back an equal drawing."""
        data: dict[str, Any] = {
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
        if self.picture:
            data["picture"] = base64.b64encode(self.picture).decode()
        return json.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> Drawing:
        """Read what `to_json` wrote.

        Raises
        ------
        DrawingFormatError
            The text is not JSON, not a drawing, or written by a newer version.
        DrawingError
            `Stroke` refuses the points.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as exc:
            raise _not_a_drawing(exc) from exc
        return cls.from_data(data)

    @classmethod
    def from_data(cls, data: object) -> Drawing:
        """Read the parsed JSON of `to_json`, such as a part of a message.

        Raises
        ------
        DrawingFormatError
            It is not a drawing, or was written by a newer version.
        DrawingError
            `Stroke` refuses the points.
        """
        try:
            fields = _fields_of(data)
            strokes = [_stroke_from(item) for item in fields["strokes"]]
            return cls(strokes, picture=_picture_in(fields))
        except (ValueError, TypeError, KeyError) as exc:
            raise _not_a_drawing(exc) from exc

    def save(self, path: str | Path) -> None:
        """Write a ``.json`` or ``.svg`` file, depending on the ending of the name.

        Raises
        ------
        DrawingFormatError
            The name ends in something else.
        """
        path = Path(path)
        writers = {".json": self.to_json, ".svg": self.to_svg}
        if path.suffix not in writers:
            msg = f"Got {shortened(path)}, expected a name that ends in .json or .svg."
            raise DrawingFormatError(msg)
        path.write_text(writers[path.suffix](), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Drawing:
        """Read a ``.json`` file that `save` wrote.

        Raises
        ------
        DrawingFormatError
            The file cannot be read, or does not hold a drawing.
        DrawingError
            `Stroke` refuses the points.
        """
        text = read_drawing_text(path)
        try:
            return cls.from_json(text)
        except DrawingError as exc:
            msg = f"{shortened(path)}: {exc}"
            raise type(exc)(msg) from exc

    def to_svg(self, side: int = 280) -> str:
        """Draw as an SVG picture, `side` pixels square: black ink on white paper."""
        lines = "".join(_svg_line(stroke) for stroke in self)
        if self.picture:
            lines = _svg_picture(self.picture)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" '
            'viewBox="0 0 1 1" fill="none" stroke-linecap="round" '
            'stroke-linejoin="round"><rect width="1" height="1" fill="white"/>'
            f"{lines}</svg>"
        )

    def _repr_svg_(self) -> str:
        return self.to_svg()


def read_drawing_text(path: str | Path) -> str:
    """Read the text of a drawing's file without interpreting it.

    Raises
    ------
    DrawingFormatError
        The file cannot be read, is not text, or is larger than any drawing.
    """
    try:
        return read_regular_text(path, most=MAX_BYTES)
    except OSError as exc:
        msg = (
            f"Got {shortened(path)}, which cannot be read ({exc.strerror}). Check the "
            "name."
        )
        raise DrawingFormatError(msg) from exc
    except UnicodeDecodeError as exc:
        msg = f"{shortened(path)}: the file is not text ({exc})."
        raise DrawingFormatError(msg) from exc


def _not_a_drawing(error: Exception) -> DrawingFormatError:
    return DrawingFormatError(
        f"This is not a drawing ({_why(error)}). Load one that was saved as JSON: "
        f'Drawing.to_json writes the format "{_FORMAT}".'
    )


def _fields_of(data: object) -> Mapping[str, Any]:
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        msg = "no such format field"
        raise ValueError(msg)
    if data.get("version") != _VERSION:
        version = shortened(data.get("version"))
        msg = f"version {version}, and this program reads {_VERSION}"
        raise ValueError(msg)
    if not isinstance(data["strokes"], list):
        msg = "strokes is not a list"
        raise TypeError(msg)
    return data


def _picture_in(data: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(data.get("picture", ""), validate=True)
    except binascii.Error as exc:
        msg = f"its picture is not base64: {exc}"
        raise ValueError(msg) from exc


def _why(error: Exception) -> str:
    """Return what is wrong with the text."""
    return (
        f"it has no {error}" if isinstance(error, KeyError) else shortened(str(error))
    )


def _stroke_from(item: Mapping[str, Any]) -> Stroke:
    return Stroke(
        item["points"], item.get("times"), width=item["width"], ink=item["ink"]
    )


def _svg_picture(picture: bytes) -> str:
    # A browser finds the kind of a picture by its bytes, whatever is said here.
    data = base64.b64encode(picture).decode()
    return f'<image width="1" height="1" href="data:image/png;base64,{data}"/>'


def _svg_line(stroke: Stroke) -> str:
    points = " ".join(f"{x:.5g},{y:.5g}" for x, y in stroke.points)
    # Some browsers do not paint a line of one point: write the point twice.
    if len(stroke) == 1:
        points = f"{points} {points}"
    colour = "black" if stroke.ink else "white"
    return (
        f'<polyline points="{points}" stroke="{colour}" '
        f'stroke-width="{stroke.width:.5g}"/>'
    )
