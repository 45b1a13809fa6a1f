"""`ComparePanel`: two models on one drawing, live."""

from __future__ import annotations

import threading
from html import escape

from ipywidgets import HTML, Box, DOMWidget, ToggleButton, VBox

from digits_widget.certainty import certainty, differ, percent
from digits_widget.datasets.disagreements import Disagreements
from digits_widget.prediction import DIGITS, Prediction
from digits_widget.state import State
from digits_widget.widget.context import Context
from digits_widget.widget.panel import REST, Panel
from digits_widget.widget.panels.compare.compared_model import ComparedModel
from digits_widget.widget.panels.compare.disagreement_cards import DisagreementCards
from digits_widget.widget.worker import Worker


class ComparePanel(Panel):
    """Show the answers of two models, and collect the drawings on which they differ.

    Each side has a session of its own, so that an error on one leaves the other alone.

    Attributes
    ----------
    disagreements : Disagreements
        The drawings on which they differed.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.disagreements = Disagreements()
        self._settle_soon = Worker(context.guard(self._settle), quiet=REST)

    def build(self) -> DOMWidget:
        """Make both sides, their bars, and the cards below them."""
        guard = self.context.guard
        self.sides = tuple(
            ComparedModel(name, self.context, version=number)
            for number, name in enumerate(NAMES, 1)
        )
        self._lock = threading.RLock()
        self._fed: State | None = None
        self._is_feeding = False
        others = ToggleButton(
            description="Other servers and labels",
            tooltip="Choose servers, models and labels by name",
        )
        others.observe(guard(self._reveal), names="value")
        self._bars = HTML()
        self._bars.add_class("digits-pairs")
        sides = Box([*(side.widget for side in self.sides), others])
        sides.add_class("digits-sides")
        cards = DisagreementCards(self.disagreements, guard)
        content = VBox([sides, self.line, self._bars, cards.widget])
        content.add_class("digits-compare")
        for side in self.sides:
            side.session.subscribe(self._draw)
        self._draw()
        return content

    def update(self, state: State) -> None:
        """Ask both about the drawing of `state`."""
        old, self._fed = self._fed, state
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
        """Ask a side that had no answer again, now that the widget itself has one."""
        if state.prediction is not None:
            for side in self.sides:
                side.session.retry()

    def _draw(self, _state: State | None = None) -> None:
        # Wait until both have the new drawing, to send the page half the messages.
        if self._is_feeding:
            return
        with self._lock:
            first, second = (side.session.state for side in self.sides)
            words = escape(_verdict(first, second))
            self.line.value = f'<div role="status" aria-live="polite">{words}</div>'
            self._bars.value = _bars_html(first, second)
            if first.prediction and second.prediction:
                self._settle_soon(first, second)
            else:
                self._settle_soon.cancel()

    def _settle(self, first: State, second: State) -> None:
        """Keep the drawing, if both answers are the newest and they differ."""
        now = [side.session.state.prediction for side in self.sides]
        one, two = first.prediction, second.prediction
        if one is None or two is None or first.drawing is not second.drawing:
            return
        if [one, two] == now:
            self.disagreements.settle(first.drawing, (one, two))

    def _reveal(self, change: dict[str, bool]) -> None:
        for side in self.sides:
            side.reveal(shown=change["new"])


NAMES = ("A ●", "B ◆")
"""The two sides: a letter for the sentence, a shape for the bars."""

_SHAPES = tuple(name[-1] for name in NAMES)


def _verdict(first: State, second: State) -> str:
    """Say in one sentence whether the two models agree."""
    if not first.drawing:
        return "Draw a digit, and see whether both say the same."
    if reason := first.no_prediction_reason:
        return reason
    answers = first.prediction, second.prediction
    one, two = answers
    if one is None or two is None:
        return _unfinished(first, second)
    if one.label == two.label:
        doubt = _doubt(one, two)
        return (
            f"{'≠' if doubt else '='} Both say {one.label}: A "
            f"{percent(one.confidence)}, B {percent(two.confidence)}{doubt}."
        )
    return f"≠ They disagree: A says {_says(one)}, B says {_says(two)}."


def _doubt(one: Prediction, two: Prediction) -> str:
    """Say which of two equal digits is a guess; nothing if both are, or neither."""
    if not differ(one, two):
        return ""
    return f", and {'B' if certainty(one).is_sure else 'A'} is not sure"


def _bars_html(first: State, second: State) -> str:
    """Return ten pairs of bars; pale while they belong to an older drawing."""
    shown = [state.prediction or state.previous for state in (first, second)]
    stale = [
        " digits-stale" if state.prediction is None and state.previous else ""
        for state in (first, second)
    ]
    rows = "".join(_row(digit, shown, stale) for digit in range(DIGITS))
    heads = "".join(f'<th scope="col">{name}</th>' for name in NAMES)
    return (
        '<table class="digits-paired"><thead><tr><td></td><td class="digits-key">'
        f'<i class="digits-a"></i> A <i class="digits-b"></i> B</td>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _says(prediction: Prediction) -> str:
    return f"{prediction.label} ({percent(prediction.confidence)})"


def _unfinished(first: State, second: State) -> str:
    known = [
        f"{name[0]} says {_says(state.prediction)}"
        for name, state in zip(NAMES, (first, second), strict=True)
        if state.prediction
    ]
    missing = [
        name[0]
        for name, state in zip(NAMES, (first, second), strict=True)
        if state.problem and not state.prediction
    ]
    if not missing:
        return "Asking both …"
    absent = " and ".join(missing) + (" has" if len(missing) == 1 else " have")
    return ". ".join([*known, f"{absent} no answer."])


def _row(digit: int, shown: list[Prediction | None], stale: list[str]) -> str:
    tracks, numbers = "", ""
    for kind, shape, answer, pale in zip("ab", _SHAPES, shown, stale, strict=True):
        confidence = float(answer.confidences[digit]) if answer else 0.0
        best = answer is not None and answer.label == digit
        strong = " digits-top-one" if best else ""
        tracks += (
            f'<div class="digits-{kind}{strong}{pale}" '
            f'style="width:{100 * confidence:.2f}%"></div>'
        )
        number = f"{100 * confidence:.1f}" if answer else ""
        mark = shape if best else ""
        numbers += f'<td class="{strong}{pale}">{number}<span>{mark}</span></td>'
    return (
        f'<tr><th scope="row">{digit}</th><td><div class="digits-tracks">{tracks}</div>'
        f"</td>{numbers}</tr>"
    )
