"""`Compare`: two models on one drawing, live."""

from __future__ import annotations

import threading
from html import escape

from ipywidgets import HTML, Box, ToggleButton, VBox

from digits_widget.labelled.disagreements import Disagreements
from digits_widget.state import State
from digits_widget.widget.compare.cards import Cards
from digits_widget.widget.compare.paired import NAMES, bars, verdict
from digits_widget.widget.compare.side import Side
from digits_widget.widget.desk import Desk
from digits_widget.widget.inquiry import REST


class Compare:
    """Show what two models say, and keep what they disagree about.

    Each side is a session of its own: one that fails leaves the other alone.

    Parameters
    ----------
    desk : Desk
        What the parts of the widget share.
    disagreements : Disagreements
        Where to keep what they disagree about.
    """

    def __init__(self, desk: Desk, disagreements: Disagreements) -> None:
        self.disagreements = disagreements
        self.sides = tuple(
            Side(name, desk, version=number) for number, name in enumerate(NAMES, 1)
        )
        self._after, self._guard = desk.background.after, desk.guard
        self._lock = threading.RLock()
        self._state: State | None = None
        self._is_feeding = False
        self._timer: threading.Timer | None = None
        others = ToggleButton(
            description="Other servers and labels",
            tooltip="Choose servers, models and labels by name",
        )
        others.observe(desk.guard(self._reveal), names="value")
        self._line, self._bars = HTML(), HTML()
        self._line.add_class("digits-line")
        self._bars.add_class("digits-pairs")
        sides = Box([*(side.widget for side in self.sides), others])
        sides.add_class("digits-sides")
        cards = Cards(self.disagreements, desk.guard)
        self.widget = VBox([sides, self._line, self._bars, cards.widget])
        self.widget.add_class("digits-compare")
        for side in self.sides:
            side.session.subscribe(self._draw)
        self._draw()

    def show(self, state: State) -> None:
        """Ask both about the drawing of `state`."""
        old, self._state = self._state, state
        if old and (old.trace, old.drawing) == (state.trace, state.drawing):
            self._retry(state)
            return
        self._is_feeding = True
        try:
            for side in self.sides:
                side.feed(state)
        finally:
            self._is_feeding = False
        self._draw()

    def _retry(self, state: State) -> None:
        """Ask a side again that had no answer, now that the widget itself has one."""
        if state.prediction is not None:
            for side in self.sides:
                side.session.retry()

    def _draw(self, _state: State | None = None) -> None:
        # Both have the new drawing before either is drawn: half the messages.
        if self._is_feeding:
            return
        with self._lock:
            first, second = (side.session.state for side in self.sides)
            words = escape(verdict(first, second))
            self._line.value = f'<div role="status" aria-live="polite">{words}</div>'
            self._bars.value = bars(first, second)
            if self._timer:
                self._timer.cancel()
            if first.prediction and second.prediction:
                settle = self._guard(lambda: self._settle(first, second))
                self._timer = self._after(REST, settle)

    def _settle(self, first: State, second: State) -> None:
        """Keep a disagreement, if these are still the newest answers."""
        now = [side.session.state.prediction for side in self.sides]
        one, two = first.prediction, second.prediction
        if one is None or two is None or first.drawing is not second.drawing:
            return
        if [one, two] == now:
            self.disagreements.settle(first.drawing, (one, two))

    def _reveal(self, change: dict[str, bool]) -> None:
        for side in self.sides:
            side.reveal(shown=change["new"])
