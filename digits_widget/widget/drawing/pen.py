"""`Pen`: pointer events in, strokes out.

What a browser tells a canvas is thin: a press says neither which button nor which
finger, leaving the canvas ends nothing, and coming back looks like drawing. This
machine knows when ink flows. It is pure: no widget, no clock, no lock.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from digits_widget.drawing import PEN_WIDTH, Stroke
from digits_widget.widget.drawing.tool import Tool

Pointer = Literal["mouse", "touch", "keys"]

Point = tuple[float, float]
"""x, y as shares of the canvas side; may lie outside of 0 to 1."""


class Pen:
    """The stroke being drawn, if one is.

    Attributes
    ----------
    points : list of (x, y)
        Of the stroke being drawn, clipped to [0, 1]; empty when the pen is up.
    width : float
        Of the strokes to come, as a share of the canvas side.
    tool : Tool
        What its strokes do. Changed only while the pen is up.
    stroke_width : float
        Of the stroke being drawn.
    """

    def __init__(self, width: float = PEN_WIDTH) -> None:
        self.points: list[Point] = []
        self.width = width
        self.tool = Tool.PEN
        self._times: list[float] = []
        self._pointer: Pointer | None = None
        self.stroke_width = width

    @property
    def is_down(self) -> bool:
        """Whether ink flows."""
        return self._pointer is not None

    @property
    def pointer(self) -> Pointer | None:
        """Which pointer draws; None when the pen is up."""
        return self._pointer

    def press(self, pointer: Pointer, point: Point, time: float) -> Stroke | None:
        """Begin a stroke; return one that was still open.

        A second press by the same pointer means that its release got lost, as after a
        right click. A press by another pointer, while one draws, is ignored.
        """
        if self._pointer not in {None, pointer} or not _is_finite(point):
            return None
        open_stroke = self._end()
        self._pointer = pointer
        self.stroke_width = self.width
        self._append(point, time)
        return open_stroke

    def move(self, pointer: Pointer, point: Point, time: float) -> bool:
        """Go on with the stroke, if this pointer draws one; return whether it does."""
        if pointer != self._pointer or not _is_finite(point):
            return False
        self._append(point, time)
        return True

    def lift(self, pointer: Pointer) -> Stroke | None:
        """End the stroke and return it. A press and a lift in place are a dot."""
        return self._end() if pointer == self._pointer else None

    def leave(self, pointer: Pointer, point: Point, time: float) -> Stroke | None:
        """End the stroke at the edge of the canvas and return it.

        A context menu also tells the canvas that the mouse left, though it is inside.
        A press with nothing after it is then no dot: nobody meant to draw.
        """
        if pointer != self._pointer:
            return None
        if _is_finite(point) and _is_outside(point):
            self._append(point, time)
        elif len(self.points) == 1:
            self._drop()
        return self._end()

    def stop(self) -> Stroke | None:
        """End the stroke of whatever pointer and return it."""
        return self._end()

    def stroke(self) -> Stroke | None:
        """Return the stroke so far, None when the pen is up."""
        if not self.points:
            return None
        ink = self.tool is Tool.PEN
        return Stroke(self.points, self._times, width=self.stroke_width, ink=ink)

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
        # New lists: whoever paints may still hold the old ones.
        self.points = []
        self._times = []
        self._pointer = None


def _is_outside(point: Point) -> bool:
    return not all(0 <= value <= 1 for value in point)


def _is_finite(point: Point) -> bool:
    # A canvas that is not laid out yet has no size, and divides by it.
    return all(math.isfinite(value) for value in point)
