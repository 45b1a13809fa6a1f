"""`Ink`: strokes as commands of a canvas, in one place and behind one lock.

ipycanvas sends the commands of all canvases through one channel that is not thread
safe: two threads that draw at once lose or double commands, and an error between
"hold" and "flush" leaves every canvas dead. So everything here is computed first and
sent after, as one message.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import ipycanvas
import numpy as np

from digits_widget.drawing import Drawing, Stroke

_CHANNEL = threading.Lock()
"""ipycanvas has one channel for all canvases, so there is one lock for all pads."""


class Ink:
    """Paint on one canvas. Coordinates and widths are shares of its side.

    Parameters
    ----------
    canvas : ipycanvas.Canvas
        Square, and painted on by nobody else.
    """

    def __init__(self, canvas: ipycanvas.Canvas) -> None:
        self._canvas = canvas
        self._side = canvas.width
        self._unseen = ipycanvas.Canvas(width=1, height=1)

    def lines(self, strokes: Iterable[Stroke]) -> None:
        """Paint strokes on top, with round ends."""
        with self._one_message():
            for stroke in strokes:
                self._stroke(stroke)

    def repaint(self, drawing: Drawing) -> None:
        """Paint `drawing` on a new sheet, in one go, so that nothing flickers."""
        with self._one_message():
            self._canvas.fill_style = "white"
            self._canvas.fill_rect(0, 0, self._side)
            for stroke in drawing:
                self._stroke(stroke)

    def revive(self) -> None:
        """Make a page that was just loaded listen again.

        Python believes that the page still has this canvas in hand and does not name it
        again; the new page knows of none, and its first command fails with all that
        follow. A stroke on another canvas makes Python name both.
        """
        with self._one_message():
            self._unseen.fill_rect(0, 0, 1)

    def close(self) -> None:
        """Give up the canvas that nobody sees."""
        self._unseen.close()

    def _stroke(self, stroke: Stroke) -> None:
        points = np.ascontiguousarray(stroke.points * self._side)
        colour = "black" if stroke.ink else "white"
        if len(points) == 1:
            # A line of one point has no length, and no browser has to paint it.
            self._canvas.fill_style = colour
            self._canvas.fill_circle(*points[0], stroke.width * self._side / 2)
            return
        # Said with every stroke: a page that was loaded again has forgotten it.
        self._canvas.stroke_style = colour
        self._canvas.line_width = stroke.width * self._side
        self._canvas.line_cap = self._canvas.line_join = "round"
        self._canvas.stroke_lines(points)

    @contextmanager
    def _one_message(self) -> Iterator[None]:
        with _CHANNEL:
            try:
                with ipycanvas.hold_canvas():
                    yield
            finally:
                # An error inside would leave all canvases holding for ever.
                self._canvas._canvas_manager._caching = False  # noqa: SLF001
