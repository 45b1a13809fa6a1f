"""`Confidences`: ten bars in a fixed order, the same in words, and a closer look.

Folded away until somebody asks: how the answer grew with the drawing, and what it would
be at another temperature. A model that gives logits is told apart, and can be read as
confidences.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np
from ipywidgets import HTML, DOMWidget, FloatLogSlider, HBox, ToggleButton, VBox
from numpy.typing import NDArray

from digits_widget.certainty import certainty
from digits_widget.errors import LogitsError
from digits_widget.logits import at_temperature
from digits_widget.prediction import DIGITS, Prediction
from digits_widget.state import State
from digits_widget.widget.confidences.bars import confidence_bars, logit_bars, signed
from digits_widget.widget.confidences.over_time import OverTime
from digits_widget.widget.desk import Desk
from digits_widget.widget.unasked import why_unasked

_TEMPERATURE = (
    "The model's own answer is at 1. Below 1 it is bolder, above 1 more modest; the "
    "digit stays the same."
)

_LOGITS = (
    "Logits are what a model has before its softmax: only their differences matter, "
    "and they sum to nothing in particular."
)

_SOFTMAX = "The softmax of the model's logits."


class Confidences:
    """Show what the model says about the drawing.

    Parameters
    ----------
    desk : Desk
        What the parts of the widget share.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._state = State()
        self._bars = HTML()
        self._bars.add_class("digits-confidences")
        self._over_time = OverTime(desk)
        self._temperature = FloatLogSlider(
            1,
            base=2,
            min=-2,
            max=3,
            step=0.25,
            readout_format=".2f",
            description="Temperature",
            tooltip="What confidences are raised to the power of is 1 over this",
        )
        remark = HTML(_TEMPERATURE)
        remark.add_class("digits-remark")
        self._heat = VBox([self._temperature, remark])
        self._softmax = ToggleButton(
            description="Show as confidences",
            tooltip="Ask for the softmax of what this model gives",
        )
        self._softmax.layout.display = "none"
        guard = desk.guard
        buttons = [
            self._fold("Over time", "How the answer grew with the drawing", self._time),
            self._fold("Temperature", "Make the answer bolder or more modest", self._t),
            self._softmax,
        ]
        self._row = HBox(buttons)
        self._row.add_class("digits-controls")
        self._open: dict[DOMWidget, bool] = {}
        self.widget = VBox([self._bars, self._row])
        self.widget.add_class("digits-says")
        self._temperature.observe(guard(self._redraw), names="value")
        self._softmax.observe(guard(self._read_logits), names="value")
        self.show(State())

    def show(self, state: State) -> None:
        """Draw the bars of `state`: dimmed while they belong to an older drawing."""
        self._state = state
        self._redraw()
        if self._open.get(self._over_time.widget):
            self._over_time.show(state)

    @property
    def temperature(self) -> float:
        """Of the bars: 1 while the slider is folded away."""
        return float(self._temperature.value) if self._open.get(self._heat) else 1.0

    def _redraw(self, _change: object = None) -> None:
        state, temperature = self._state, self.temperature
        logits = _logits_of(state)
        has_logits = logits is not None or bool(self._softmax.value)
        self._softmax.layout.display = "" if has_logits else "none"
        shown = state.prediction or state.previous
        is_stale = state.prediction is None
        if logits is not None:
            bars = logit_bars(logits, is_stale=state.waiting)
            remark = _LOGITS
        elif shown is None:
            bars, remark = confidence_bars(None), ""
        else:
            warmed = at_temperature(shown, temperature)
            bars = confidence_bars(warmed, is_stale=is_stale)
            sure = certainty(warmed)
            remark = "" if is_stale else f"{sure.words} {sure.numbers}"
            if shown.logits is not None:
                remark = f"{remark} {_SOFTMAX}"
        words = escape(sentence(state, temperature=temperature))
        self._bars.value = (
            f'<div class="digits-sentence" role="status" aria-live="polite">{words}'
            f'</div>{bars}<p class="digits-certainty">{escape(remark)}</p>'
        )

    def _fold(
        self, name: str, tooltip: str, unfold: Callable[[dict[str, bool]], None]
    ) -> ToggleButton:
        button = ToggleButton(description=name, tooltip=tooltip)
        button.observe(self._desk.guard(unfold), names="value")
        return button

    def _time(self, change: dict[str, bool]) -> None:
        self._turn(self._over_time.widget, is_open=change["new"])
        if change["new"]:
            self._over_time.show(self._state)

    def _t(self, change: dict[str, bool]) -> None:
        self._turn(self._heat, is_open=change["new"])
        self._redraw()

    def _turn(self, panel: DOMWidget, *, is_open: bool) -> None:
        self._open[panel] = is_open
        panels = (self._heat, self._over_time.widget)
        shown = [panel for panel in panels if self._open.get(panel)]
        self.widget.children = [self._bars, self._row, *shown]

    def _read_logits(self, change: dict[str, bool]) -> None:
        self._desk.answerer.read_logits("softmax" if change["new"] else "refuse")
        session = self._desk.session
        session.use(session.prepare)


def sentence(state: State, *, temperature: float = 1) -> str:
    """Say in one sentence what the bars show, such as "3, 94.0 % confident, …"."""
    if reason := why_unasked(state):
        return reason
    if state.prediction:
        words = describe(at_temperature(state.prediction, temperature))
        return words if temperature == 1 else f"At temperature {temperature:g}: {words}"
    if (logits := _logits_of(state)) is not None:
        first, second = np.argsort(-logits, kind="stable")[:2].tolist()
        return (
            f"These are logits, not confidences: {first}, {signed(logits[first])}, "
            f"then {second}, {signed(logits[second])}"
        )
    if state.waiting and not state.problem:
        return "Asking the model …"
    return "No answer about this drawing."


def describe(prediction: Prediction) -> str:
    """Say in words which digits come first, and that it is not sure if so.

    A second one that has nothing, to the decimal that is shown, is not worth a word.
    """
    first, second = prediction.ranking[:2]
    best, next_best = prediction.confidences[[first, second]]
    doubt = "" if certainty(prediction).is_sure else "Not sure: "
    words = f"{doubt}{first}, {_percent(best)} confident"
    runner_up = _percent(next_best)
    return words if runner_up == _percent(0) else f"{words}, then {second}, {runner_up}"


def _logits_of(state: State) -> NDArray[np.float64] | None:
    """Return what a model gave in place of confidences, about the newest drawing."""
    if isinstance(state.problem, LogitsError):
        first: NDArray[np.float64] = state.problem.logits.reshape(-1, DIGITS)[0]
        return first
    return None


def _percent(share: float) -> str:
    # The space does not break, so that no line ends between number and sign.
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"
