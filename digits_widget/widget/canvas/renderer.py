"""`Renderer`: paints strokes while they grow, and the whole drawing when needed.

ipycanvas sends the commands of all canvases through one channel that is not thread
safe: two threads that draw at once lose or double commands, and an error between
"hold" and "flush" leaves every canvas dead. So `Renderer` computes everything first,
and `Surface` then sends it as one message.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import ipycanvas
import numpy as np

from digits_widget.drawing import Drawing, Stroke
from digits_widget.widget.canvas.pen import Pen, Point, Tool

_CHANNEL = threading.Lock()
"""ipycanvas has one channel for all canvases, so there is one lock for all of them."""


class Surface:
    """Paint strokes on a canvas. Coordinates and widths are shares of its side.

    Parameters
    ----------
    canvas : ipycanvas.Canvas
        A square canvas, on which nothing else paints.
    """

    def __init__(self, canvas: ipycanvas.Canvas) -> None:
        self._canvas = canvas
        self._side = canvas.width
        self._is_closed = False

    def lines(self, strokes: Iterable[Stroke]) -> None:
        """Paint strokes on top of the others, with round ends."""
        self._as_one_message(lambda: self._strokes(strokes))

    def repaint(self, drawing: Drawing) -> None:
        """Paint `drawing` on a new sheet, in one message, without flicker."""

        def paint() -> None:
            self._canvas.fill_style = "white"
            self._canvas.fill_rect(0, 0, self._side)
            self._strokes(drawing)

        self._as_one_message(paint)

    def close(self) -> None:
        """Stop painting: the canvas is gone from all pages."""
        with _CHANNEL:
            self._is_closed = True

    def _strokes(self, strokes: Iterable[Stroke]) -> None:
        for stroke in strokes:
            self._stroke(stroke)

    def _stroke(self, stroke: Stroke) -> None:
        points = np.ascontiguousarray(stroke.points * self._side)
        colour = "black" if stroke.ink else "white"
        if len(points) == 1:
            # A line of one point has no length, and a browser need not paint it.
            self._canvas.fill_style = colour
            self._canvas.fill_circle(*points[0], stroke.width * self._side / 2)
            return
        # Sent with every stroke: a page that was loaded again has forgotten it.
        self._canvas.stroke_style = colour
        self._canvas.line_width = stroke.width * self._side
        self._canvas.line_cap = self._canvas.line_join = "round"
        self._canvas.stroke_lines(points)

    def _as_one_message(self, paint: Callable[[], None]) -> None:
        channel = self._canvas._canvas_manager  # noqa: SLF001 - no public way
        with _CHANNEL:
            if self._is_closed:
                return
            # ipycanvas names the canvas only when it changes. A page that was loaded
            # meanwhile does not know which one it is: its first command fails, and with
            # it all that follow (ipycanvas#322). So every message names the canvas.
            channel._current_canvas = None  # noqa: SLF001
            try:
                with ipycanvas.hold_canvas():
                    paint()
            finally:
                # After an error all canvases would hold back their commands for ever.
                channel._caching = False  # noqa: SLF001


@dataclass
class _Line:
    """A stroke on its way to the paper."""

    points: list[Point]
    width: float
    ink: bool
    painted: int = 0

    def batch(self) -> Stroke | None:
        """Return the new part of the stroke, joined to the part already painted."""
        start, self.painted = self.painted, len(self.points)
        if start == self.painted:
            return None
        new = self.points[max(start - 1, 0) : self.painted]
        return Stroke(new, width=self.width, ink=self.ink)


class Renderer:
    """Know how much of a drawing is on the paper, and paint the rest.

    Parameters
    ----------
    surface : Surface
        The paper.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._lines: list[_Line] = []
        self._is_new_sheet = True

    def close(self) -> None:
        """Stop painting."""
        self._surface.close()

    def renew(self) -> None:
        """Paint everything next time."""
        self._is_new_sheet = True

    def follow(self, pen: Pen) -> None:
        """Paint this pen's stroke from now on, until it ends."""
        points, draws = pen.points, pen.tool is not Tool.STROKES
        known = any(line.points is points for line in self._lines)
        if points and draws and not known:
            line = _Line(points, pen.stroke_width, pen.tool is Tool.PEN)
            self._lines.append(line)

    def next(self, drawing: Drawing, pen: Pen) -> Callable[[], None]:
        """Return a function that paints everything new; call it without a lock.

        Parameters
        ----------
        drawing : Drawing
            The whole drawing, for a new sheet.
        pen : Pen
            Has the stroke in progress.
        """
        everything, self._is_new_sheet = self._is_new_sheet, False
        if everything:
            self._lines.clear()
            self.follow(pen)
        batches = [batch for line in self._lines if (batch := line.batch())]
        self._lines = [line for line in self._lines if line.points is pen.points]

        def paint() -> None:
            if everything:
                self._surface.repaint(drawing)
            if batches:
                self._surface.lines(batches)

        return paint
