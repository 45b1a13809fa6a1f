"""`Fitting`: how thick a line of the pen becomes on its way to the model."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import HTML

from digits_widget.drawing import Drawing, Stroke
from digits_widget.likeness import likeness
from digits_widget.samples import sample
from digits_widget.trace import Trace
from digits_widget.widget.drawing.pad import Pad
from digits_widget.widget.drawing.tool import Tool
from digits_widget.widget.pace import Pace

THINNEST = 1.5
"""Pixels of the model's picture under which a line begins to break up."""

_INTERVAL = 0.2


class Fitting:
    """A readout: what is drawn, drawn with this pen, as the model would get it.

    Parameters
    ----------
    pad : Pad
        Has the pen, and the drawing; a bundled 3 stands for a blank sheet.
    prepare : callable
        Returns what turns a `Drawing` into a `Trace` now.
    background : callable
        Runs a function soon in another thread.
    """

    def __init__(
        self,
        pad: Pad,
        prepare: Callable[[], Callable[[Drawing], Trace]],
        background: Callable[[Callable[[], None]], object],
    ) -> None:
        self._pad = pad
        self._prepare = prepare
        self._seen: object = None
        self.widget = HTML("&nbsp;")
        self.widget.add_class("digits-fitting")
        self._soon = Pace(self._show, interval=_INTERVAL, background=background)
        pad.watch_pen(self.look)

    def look(self) -> None:
        """Look again soon, unless the hand is at a stroke or nothing is new."""
        pad = self._pad
        now = (pad.history.now, pad.pen_width, pad.tool, self._prepare())
        if pad.pointer is None and now != self._seen:
            self._seen = now
            self._soon()

    def _show(self) -> None:
        self.widget.value = self._words() or "&nbsp;"

    def _words(self) -> str:
        if self._pad.tool is not Tool.PEN:
            return ""
        drawing = self._pad.history.now or sample(3)
        try:
            trace = self._prepare()(_inked(drawing, self._pad.pen_width))
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
    """Return `drawing` as this pen would have drawn it."""
    return Drawing(
        Stroke(stroke.points, width=width) for stroke in drawing if stroke.ink
    )
