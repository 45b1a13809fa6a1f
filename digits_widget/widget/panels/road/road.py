"""`RoadPanel`: how the drawing becomes an answer, always in sight."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import HTML, DOMWidget, VBox

from digits_widget.drawing import Drawing
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.panel import Panel
from digits_widget.widget.panels.road.stations import road
from digits_widget.widget.panels.road.then_and_now import ThenAndNow
from digits_widget.widget.panels.steps.step_strip import titles_of


class RoadPanel(Panel):
    """Show a small tile for every step, the request and the model.

    The page moves the ink from tile to tile when an answer has come, and a click on a
    tile opens the panel that says more: see ``road.js``.
    """

    def build(self) -> DOMWidget:
        """Make the tiles, all in one widget, and the switch below them."""
        self._prepare: Callable[[Drawing], Trace] | None = None
        self._titles: list[str] = []
        self._road = HTML()
        self._then_and_now = ThenAndNow(self.context)
        content = VBox([self._road, self._then_and_now.widget])
        content.add_class("digits-road-panel")
        return content

    def update(self, state: State) -> None:
        """Draw the stations of `state`."""
        prepare = self.context.session.prepare
        if state.trace is None and prepare is not self._prepare:
            self._prepare, self._titles = prepare, titles_of(prepare)
        self._road.value = road(state, self._titles)
        self._then_and_now.show(state)
