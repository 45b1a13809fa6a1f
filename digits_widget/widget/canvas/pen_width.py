"""`PenWidth`: how thick the pen's lines are in the model's picture."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import HTML

from digits_widget.drawing import Drawing, Stroke
from digits_widget.likeness import likeness
from digits_widget.samples import sample
from digits_widget.trace import Trace
from digits_widget.widget.canvas.controller import Controller
from digits_widget.widget.canvas.pen import Tool
from digits_widget.widget.worker import Worker

THINNEST = 1.5
"""Thickness in pixels of the model's picture below which a line breaks up."""

_INTERVAL = 0.2


class PenWidth:
    """A readout: how thick the lines would be if this pen had made the drawing.

    Parameters
    ----------
    controller : Controller
        Has the pen, and the drawing; a bundled 3 stands in for a blank sheet.
    prepare : callable
        Returns the current pipeline, from `Drawing` to `Trace`.
    background : callable
        Runs a function soon in another thread.
    """

    def __init__(
        self,
        controller: Controller,
        prepare: Callable[[], Callable[[Drawing], Trace]],
        background: Callable[[Callable[[], None]], object],
    ) -> None:
        self._controller = controller
        self._prepare = prepare
        self._seen: object = None
        self.widget = HTML("&nbsp;")
        self.widget.add_class("digits-pen-width")
        self._soon = Worker(self._show, interval=_INTERVAL, background=background)
        controller.watch_pen(self.look)

    def look(self) -> None:
        """Measure again soon, unless a person is drawing or nothing has changed."""
        controller = self._controller
        now = (
            controller.history.now,
            controller.pen_width,
            controller.tool,
            self._prepare(),
        )
        if controller.pointer is None and now != self._seen:
            self._seen = now
            self._soon()

    def _show(self) -> None:
        self.widget.value = self._words() or "&nbsp;"

    def _words(self) -> str:
        if self._controller.tool is not Tool.PEN:
            return ""
        drawing = self._controller.history.now or sample(3)
        try:
            trace = self._prepare()(_inked(drawing, self._controller.pen_width))
            gauge = likeness(trace.tensor)["thickness"]
        except Exception:  # noqa: BLE001 - a pipeline of one's own; the steps tell
            return ""
        band = f"(MNIST {gauge.low:.1f} to {gauge.high:.1f})"
        if not gauge.value:
            return ""
        if gauge.value < THINNEST:
            return f"⚠ {gauge.value:.1f} px of 28: too thin {band}"
        if gauge.value > gauge.high:
            return f"⚠ {gauge.value:.1f} px of 28: too thick {band}"
        return f"about {gauge.value:.1f} px of 28 after fitting {band}"


def _inked(drawing: Drawing, width: float) -> Drawing:
    """Return `drawing` with all its ink in this pen's width."""
    return Drawing(
        Stroke(stroke.points, width=width) for stroke in drawing if stroke.ink
    )
