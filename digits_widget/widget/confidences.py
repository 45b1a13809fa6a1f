"""`Confidences`: ten bars in a fixed order, and the same in a sentence."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML

from digits_widget.prediction import Prediction
from digits_widget.state import State


class Confidences:
    """Show what the model says about the drawing."""

    def __init__(self) -> None:
        self.widget = HTML()
        self.widget.add_class("digits-confidences")
        self.show(State())

    def show(self, state: State) -> None:
        """Draw the bars of `state`: dimmed while they belong to an older drawing."""
        shown = state.prediction or state.previous
        stale = " digits-stale" if state.prediction is None and shown else ""
        rows = "".join(_row(digit, shown) for digit in range(10))
        self.widget.value = (
            f'<div class="digits-sentence" role="status" aria-live="polite">'
            f"{escape(sentence(state))}</div>"
            f'<table class="digits-bars{stale}" aria-hidden="true">{rows}</table>'
        )


def sentence(state: State) -> str:
    """Say in one sentence what the bars show, such as "3, 94.0 % confident, …"."""
    if not state.drawing:
        return "Draw a digit from 0 to 9."
    if state.drawing.is_dot:
        return "One dot is not a digit yet. Draw on."
    if state.prediction:
        return describe(state.prediction)
    if state.waiting and not state.problem:
        return "Asking the model …"
    return "No answer about this drawing."


def describe(prediction: Prediction) -> str:
    """Say in words which two digits come first."""
    first, second = prediction.ranking[:2]
    best, next_best = prediction.confidences[[first, second]]
    return f"{first}, {_percent(best)} confident, then {second}, {_percent(next_best)}"


def _percent(share: float) -> str:
    # The space does not break, so that no line ends between number and sign.
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def _row(digit: int, prediction: Prediction | None) -> str:
    confidence = float(prediction.confidences[digit]) if prediction else 0.0
    best = prediction is not None and digit == prediction.label
    mark = "◀" if best else ""
    number = f"{100 * confidence:.1f}" if prediction else ""
    return (
        f'<tr class="{"digits-best" if best else ""}"><th>{digit}</th>'
        f'<td class="digits-track"><div style="width:{100 * confidence:.2f}%"></div>'
        f'</td><td class="digits-number">{number}</td>'
        f'<td class="digits-mark">{mark}</td></tr>'
    )
