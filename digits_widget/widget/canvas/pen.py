"""`Pen`: pointer events in, strokes out.

A browser tells a canvas little: a press names neither the button nor the finger,
leaving the canvas ends nothing, and coming back looks like drawing. `Pen` is the state
machine that knows when ink flows. It is pure: no widget, no clock, no lock.

A pointer that crosses the edge draws on as long as its ink still touches the paper.
Farther out the stroke ends, and another one begins where the pointer comes back.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Literal

import numpy as np

from digits_widget.drawing import PEN_WIDTH, Stroke

Pointer = Literal["mouse", "touch", "keys"]

Point = tuple[float, float]
"""x, y as shares of the canvas side; may lie outside of 0 to 1."""


class Tool(Enum):
    """What a stroke does on the paper. The values are the labels on the switch."""

    PEN = "Pen"
    """Leaves ink."""

    STROKES = "Erase strokes"
    """Removes every whole stroke that it touches."""

    INK = "Erase ink"
    """Paints white, as a stroke that is kept and replayed like any other."""


class Pen:
    """The stroke being drawn, if one is.

    Attributes
    ----------
    points : list of (x, y)
        Points of the stroke being drawn, clipped to [0, 1]; empty when the pen is up.
    width : float
        Width of the next strokes, as a share of the canvas side.
    tool : Tool
        What its strokes do. It changes only while the pen is up.
    stroke_width : float
        Width of the stroke being drawn.
    """

    def __init__(self, width: float = PEN_WIDTH) -> None:
        self.points: list[Point] = []
        self.width = width
        self.tool = Tool.PEN
        self._times: list[float] = []
        self._pointer: Pointer | None = None
        self._away: Pointer | None = None
        self._at: Point = (0.0, 0.0)
        self.stroke_width = width

    @property
    def is_down(self) -> bool:
        """Whether ink flows."""
        return self._pointer is not None

    @property
    def pointer(self) -> Pointer | None:
        """The pointer that draws; None when the pen is up."""
        return self._pointer

    def press(self, pointer: Pointer, point: Point, time: float) -> Stroke | None:
        """Begin a stroke; return one that was still open.

        A second press by the same pointer means that its release was lost, as after a
        right click. While one pointer draws, `press` ignores all others.

        Parameters
        ----------
        pointer : str
            The pointer that was pressed.
        point : (x, y)
            Where, as shares of the canvas side.
        time : float
            When, in seconds since the drawing began.
        """
        if self._pointer not in {None, pointer} or not _is_finite(point):
            return None
        open_stroke = self._end()
        self._begin(pointer, point, time)
        return open_stroke

    def follows(self, pointer: Pointer) -> bool:
        """Return whether this pointer draws, or is still pressed beyond the edge."""
        return pointer in {self._pointer, self._away}

    def move(self, pointer: Pointer, point: Point, time: float) -> Stroke | None:
        """Continue to `point`, if this pointer draws; return a stroke that has ended.

        A stroke ends when its ink leaves the paper. Another one begins where the
        pointer comes back.

        Parameters
        ----------
        pointer : str
            The pointer that moved.
        point : (x, y)
            Where it is now, as shares of the canvas side.
        time : float
            When, in seconds since the drawing began.
        """
        if not self.follows(pointer) or not _is_finite(point):
            return None
        inside = clip(self._at, point)
        if self._away and (inside or self._touches(point)):
            self._begin(pointer, inside[0] if inside else point, time)
        self._at = point
        if self._away:
            return None
        if self._touches(point):
            self._append(point, time)
            return None
        if inside:
            self._append(inside[1], time)
        ended = self._end()
        self._away = pointer
        return ended

    def lift(self, pointer: Pointer) -> Stroke | None:
        """End the stroke and return it. A press and a lift in one place make a dot."""
        return self._end() if self.follows(pointer) else None

    def leave(self, pointer: Pointer, point: Point, time: float) -> Stroke | None:
        """End the stroke at the edge of the canvas and return it.

        When a context menu opens, the browser also reports that the mouse left, though
        it is inside. A press with nothing after it is then a click, not a dot.

        Parameters
        ----------
        pointer : str
            The pointer that left.
        point : (x, y)
            Where it is now, as shares of the canvas side.
        time : float
            When, in seconds since the drawing began.
        """
        if pointer != self._pointer:
            return None
        if _is_finite(point) and _is_outside(point):
            self._append(point, time)
        elif len(self.points) == 1:
            self._drop()
        return self._end()

    def stop(self) -> Stroke | None:
        """End the stroke, whichever pointer draws it, and return it."""
        return self._end()

    def stroke(self) -> Stroke | None:
        """Return the stroke so far; None when the pen is up."""
        if not self.points:
            return None
        ink = self.tool is Tool.PEN
        return Stroke(self.points, self._times, width=self.stroke_width, ink=ink)

    def _begin(self, pointer: Pointer, point: Point, time: float) -> None:
        self._pointer, self._away = pointer, None
        self._at = point
        self.stroke_width = self.width
        self._append(point, time)

    def _touches(self, point: Point) -> bool:
        """Return whether ink around a point reaches the paper."""
        reach = self.width / 2
        return all(-reach <= value <= 1 + reach for value in point)

    def _append(self, point: Point, time: float) -> None:
        x, y = np.clip(point, 0.0, 1.0).tolist()
        self.points.append((x, y))
        # Two threads may swap two events; a stroke's clock never runs backwards.
        self._times.append(max(time, self._times[-1]) if self._times else time)

    def _end(self) -> Stroke | None:
        stroke = self.stroke()
        self._drop()
        return stroke

    def _drop(self) -> None:
        # Make new lists: the renderer may still hold the old ones.
        self.points = []
        self._times = []
        self._pointer = self._away = None


def clip(start: Point, end: Point) -> tuple[Point, Point] | None:
    """Return the part of a straight line that lies on the paper; None if none does.

    Parameters
    ----------
    start, end : (x, y)
        The line's ends, as shares of the canvas side; the paper is [0, 1] both ways.

    Notes
    -----
    Liang and Barsky, "A new concept and method for line clipping", ACM Transactions on
    Graphics 3 (1984) 1-22.
    """
    first, last = 0.0, 1.0
    for at, to in zip(start, end, strict=True):
        way = to - at
        if way == 0:
            if not 0 <= at <= 1:
                return None
            continue
        enter, leave = sorted((-at / way, (1 - at) / way))
        first, last = max(first, enter), min(last, leave)
    if first > last:
        return None
    (x, y), (right, down) = start, (end[0] - start[0], end[1] - start[1])
    return (x + first * right, y + first * down), (x + last * right, y + last * down)


def _is_outside(point: Point) -> bool:
    return not all(0 <= value <= 1 for value in point)


def _is_finite(point: Point) -> bool:
    # Before the page has laid the canvas out, its size is 0, and the browser divides by
    # it.
    return all(math.isfinite(value) for value in point)
