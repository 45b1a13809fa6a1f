"""`ConfidencesPanel`: ten bars, the same in words, and a closer look.

Two buttons unfold more: how the answer grew with the drawing, and the confidences at
another temperature. If a model returns logits, the panel says so, and can read them as
confidences.
"""

from __future__ import annotations

from html import escape

import numpy as np
from ipywidgets import (
    HTML,
    Box,
    DOMWidget,
    FloatLogSlider,
    HBox,
    ToggleButton,
    VBox,
)
from numpy.typing import NDArray

from digits_widget.certainty import certainty, describe
from digits_widget.errors import LogitsError
from digits_widget.logits import at_temperature
from digits_widget.prediction import DIGITS, Prediction
from digits_widget.state import State
from digits_widget.widget.canvas.replay import Replay
from digits_widget.widget.context import Context
from digits_widget.widget.panel import Panel
from digits_widget.widget.panels.confidences.bars import (
    IN_ORDER,
    Order,
    confidence_bars,
    log_odds_bars,
    logit_bars,
    signed,
)
from digits_widget.widget.panels.confidences.headline import Headline
from digits_widget.widget.panels.confidences.over_time import OverTime
from digits_widget.widget.panels.confidences.targets import targets
from digits_widget.widget.worker import after

_TEMPERATURE = (
    "The model's own answer is at 1. Below 1 it is bolder, above 1 more modest; the "
    "digit stays the same. Only these bars change; panels and files keep the model's "
    "own answer."
)

_LOGITS = (
    "Logits are what a model has before its softmax: only their differences matter, "
    "and they sum to nothing in particular."
)

_SOFTMAX = "The softmax of the model's logits."


class ConfidencesPanel(Panel):
    """Show the model's answer about the drawing.

    Parameters
    ----------
    context : Context
        The objects that the parts of the widget share.
    replay : Replay
        Shows earlier moments of the drawing.
    """

    is_always_told = True

    def __init__(self, context: Context, replay: Replay) -> None:
        super().__init__(context)
        self._replay = replay

    def build(self) -> DOMWidget:
        """Make the bars, and buttons for a closer look."""
        guard = self.context.guard
        self._headline = Headline(self.context.say, after)
        self._bars = HTML()
        self._bars.add_class("digits-confidences")
        self._targets = HTML()
        self._targets.add_class("digits-targets-place")
        bars = Box([self._bars, self._targets])
        bars.add_class("digits-bars-and-targets")
        self._over_time = OverTime(self.context, self._replay)
        self._temperature = FloatLogSlider(
            1,
            base=2,
            min=-2,
            max=3,
            step=0.25,
            readout_format=".2f",
            description="Temperature",
            tooltip="Softmax temperature T: confidences to the power 1/T, renormalised",
        )
        remark = HTML(_TEMPERATURE)
        remark.add_class("digits-remark")
        slider = VBox([self._temperature, remark])
        self._softmax = ToggleButton(
            description="Show as confidences",
            tooltip="Ask for the softmax of what this model gives",
        )
        self._softmax.layout.display = "none"
        over_time = ToggleButton(
            description="Over time", tooltip="How the answer grew with the drawing"
        )
        self._warm = ToggleButton(
            description="Temperature", tooltip="Make the answer bolder or more modest"
        )
        self._log_scale = ToggleButton(
            description="Log scale",
            tooltip="Bars by the logarithm of the odds: even 0.01 % can be seen",
        )
        self._sorted = ToggleButton(
            description="Sorted", tooltip="The highest bar first, in place of 0 to 9"
        )
        self._folds = {self._warm: slider, over_time: self._over_time.widget}
        for toggle in self._folds:
            toggle.observe(guard(self._unfold), names="value")
        row = HBox(
            [self._log_scale, self._sorted, over_time, self._warm, self._softmax]
        )
        row.add_class("digits-controls")
        self._always = (self._headline.widget, bars, row)
        self._content = VBox(self._always)
        self._content.add_class("digits-says")
        self._temperature.observe(guard(self._redraw), names="value")
        self._softmax.observe(guard(self._read_logits), names="value")
        self._log_scale.observe(guard(self._redraw), names="value")
        self._sorted.observe(guard(self._redraw), names="value")
        return self._content

    def update(self, state: State) -> None:
        """Draw the bars of `state`: dimmed while they belong to an older drawing."""
        self._redraw()
        self._over_time.show(state)

    @property
    def temperature(self) -> float:
        """Temperature of the bars: 1 while the slider is folded away."""
        return float(self._temperature.value) if self._warm.value else 1.0

    def _redraw(self, _change: object = None) -> None:
        state, temperature = self.state, self.temperature
        details = ""
        logits = _logits_of(state)
        has_logits = logits is not None or bool(self._softmax.value)
        self._softmax.layout.display = "" if has_logits else "none"
        shown = state.prediction or state.previous
        is_stale = state.prediction is None
        order = self._order(shown, logits)
        if logits is not None:
            bars = logit_bars(logits, is_stale=state.waiting, order=order)
            remark = _LOGITS
        elif shown is None:
            bars, remark = self._draw_bars(None), ""
        else:
            warmed = at_temperature(shown, temperature)
            bars = self._draw_bars(warmed, is_stale=is_stale, order=order)
            sure = certainty(warmed)
            remark, details = ("", "") if is_stale else (sure.words, sure.numbers)
            if shown.logits is not None:
                remark = f"{remark} {_SOFTMAX}"
        title = f' title="{escape(details)}"' if details else ""
        told = f'<p class="digits-certainty"{title}>{escape(remark)}</p>'
        self._bars.value = bars + told
        self._targets.value = targets(is_on=shown is not None, order=order)
        self._say(sentence(state, temperature=temperature))

    def _order(
        self, answer: Prediction | None, values: NDArray[np.float64] | None
    ) -> Order:
        """Return the digits from the top: 0 to 9, or the highest bar first.

        Parameters
        ----------
        answer : Prediction or None
            What the bars show, unless there are logits.
        values : ndarray or None
            The logits.
        """
        if values is None and answer is not None:
            values = answer.confidences
        if values is None or not self._sorted.value:
            return IN_ORDER
        order: list[int] = np.argsort(-values, kind="stable").tolist()
        return order

    def _draw_bars(
        self,
        answer: Prediction | None,
        *,
        is_stale: bool = False,
        order: Order = IN_ORDER,
    ) -> str:
        draw = log_odds_bars if self._log_scale.value else confidence_bars
        return draw(answer, is_stale=is_stale, order=order)

    def _say(self, words: str) -> None:
        """Say `words`, but keep the last sentence while a new answer is on its way."""
        state = self.state
        if state.waiting and state.previous and not state.problem:
            words = self._headline.words or words
        is_moving = self.context.controller.pointer is not None
        self._headline.show(words, is_final=not (state.waiting or is_moving))

    def _unfold(self, _change: object) -> None:
        shown = [part for toggle, part in self._folds.items() if toggle.value]
        self._content.children = [*self._always, *shown]
        self._redraw()

    def _read_logits(self, change: dict[str, bool]) -> None:
        self.context.predictor.read_logits("softmax" if change["new"] else "refuse")
        session = self.context.session
        session.use(session.prepare)


def sentence(state: State, *, temperature: float = 1) -> str:
    """Say in one sentence what the bars show, such as "3, sure".

    Parameters
    ----------
    state : State
        Has the answer, or the reason why there is none.
    temperature : float
        Temperature of the bars.
    """
    if reason := state.no_prediction_reason:
        return reason
    if state.prediction:
        words = describe(at_temperature(state.prediction, temperature))
        words = (
            words if temperature == 1 else f"At temperature {temperature:.3g}: {words}"
        )
        found = state.trace.finding if state.trace else None
        return f"{words} {found.about('this drawing')}" if found else words
    if (logits := _logits_of(state)) is not None:
        first, second = np.argsort(-logits, kind="stable")[:2].tolist()
        return (
            f"These are logits, not confidences: {first}, {signed(logits[first])}, "
            f"then {second}, {signed(logits[second])}"
        )
    if state.waiting and not state.problem:
        return "Asking the model …"
    return "No answer about this drawing."


def _logits_of(state: State) -> NDArray[np.float64] | None:
    """Return a model's logits about the newest drawing; None for confidences."""
    if isinstance(state.problem, LogitsError):
        first: NDArray[np.float64] = state.problem.logits.reshape(-1, DIGITS)[0]
        return first
    return None
