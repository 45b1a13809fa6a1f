"""`Moment`: a drawing as it was while it grew, to be rewound and asked about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.stroke import Stroke


@dataclass(frozen=True)
class Moment:
    """A drawing after some of its points."""

    drawing: Drawing
    """What was on the paper; the last stroke may be cut short."""

    points: int
    """How many points that are, of all strokes."""

    ends_stroke: bool
    """Whether the pen was just lifted."""

    @property
    def seconds(self) -> float:
        """Since the drawing began; 0 where nobody took the time."""
        return float(self.drawing.strokes[-1].times[-1])


def until(drawing: Drawing, points: int) -> Drawing:
    """Return what was drawn with the first `points` points, in the order of drawing.

    Parameters
    ----------
    drawing : Drawing
        All of it.
    points : int
        0 gives a blank sheet; as many as there are, or more, give the same drawing.
    """
    kept, left = [], max(points, 0)
    for stroke in drawing:
        if not left:
            break
        kept.append(stroke if len(stroke) <= left else _cut(stroke, left))
        left -= len(kept[-1])
    return Drawing(kept)


def moments(drawing: Drawing, *, at_most: int = 24) -> tuple[Moment, ...]:
    """Cut a drawing into moments: each stroke's end, and others evenly between.

    Parameters
    ----------
    drawing : Drawing
        An empty one has no moments.
    at_most : int
        About how many, at least 1; of many strokes every end is kept all the same.

    Returns
    -------
    tuple of Moment
        In the order of drawing; the last is the whole drawing.

    Raises
    ------
    OptionError
        `at_most` is below 1.
    """
    if at_most < 1:
        msg = f"Got at_most={at_most}, expected one moment or more."
        raise OptionError(msg)
    lengths = [len(stroke) for stroke in drawing]
    total, ends = sum(lengths), set(np.cumsum(lengths, dtype=int).tolist())
    between = max(at_most - len(ends), 0)
    even = np.rint(np.linspace(0, total, between + 2)[1:-1]).astype(int).tolist()
    return tuple(
        Moment(until(drawing, points), points, points in ends)
        for points in sorted({*ends, *even} - {0})
    )


def _cut(stroke: Stroke, points: int) -> Stroke:
    return Stroke(
        stroke.points[:points],
        stroke.times[:points],
        width=stroke.width,
        ink=stroke.ink,
    )
