"""`Prefix`: an earlier moment of a drawing, for replay and for predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.stroke import Stroke


@dataclass(frozen=True)
class Prefix:
    """A drawing after some of its points."""

    drawing: Drawing
    """The strokes so far; the last one may be incomplete."""

    points: int
    """Number of points in all its strokes."""

    ends_stroke: bool
    """Whether the pen was just lifted."""

    @property
    def seconds(self) -> float:
        """Seconds since the drawing began; 0 if the strokes have no times."""
        first, last = self.drawing.strokes[0], self.drawing.strokes[-1]
        return float(last.times[-1] - first.times[0])


def until(drawing: Drawing, points: int) -> Drawing:
    """Return the drawing after its first `points` points.

    Parameters
    ----------
    drawing : Drawing
        The whole drawing.
    points : int
        0 gives a blank drawing; the number of all points, or more, gives all of it.
    """
    kept, left = [], max(points, 0)
    for stroke in drawing:
        if not left:
            break
        kept.append(stroke if len(stroke) <= left else _cut(stroke, left))
        left -= len(kept[-1])
    return Drawing(kept)


def prefixes(drawing: Drawing, *, at_most: int = 24) -> tuple[Prefix, ...]:
    """Return prefixes of a drawing: at the end of each stroke, and evenly between.

    Parameters
    ----------
    drawing : Drawing
        An empty one has no prefixes.
    at_most : int
        Approximate number, at least 1; a drawing with more strokes has more prefixes.

    Returns
    -------
    tuple of Prefix
        In order of time; the last is the whole drawing.

    Raises
    ------
    OptionError
        `at_most` is below 1.
    """
    if at_most < 1:
        msg = f"Got at_most={at_most}, expected one prefix or more."
        raise OptionError(msg)
    lengths = [len(stroke) for stroke in drawing]
    total, ends = sum(lengths), set(np.cumsum(lengths, dtype=int).tolist())
    between = max(at_most - len(ends), 0)
    even = np.rint(np.linspace(0, total, between + 2)[1:-1]).astype(int).tolist()
    return tuple(
        Prefix(until(drawing, points), points, points in ends)
        for points in sorted({*ends, *even} - {0})
    )


def _cut(stroke: Stroke, points: int) -> Stroke:
    return Stroke(
        stroke.points[:points],
        stroke.times[:points],
        width=stroke.width,
        ink=stroke.ink,
    )
