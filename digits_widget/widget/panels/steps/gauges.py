"""`Gauges`: how a digit compares with MNIST's range, and what to do if it differs."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML, DOMWidget

from digits_widget.likeness import Gauge, likeness
from digits_widget.state import State
from digits_widget.widget.panel import Panel

_NOTHING = "Draw a digit, and five gauges compare it with MNIST's 60,000."


class Gauges(Panel):
    """Show five measures of the model's picture."""

    def build(self) -> DOMWidget:
        """Make room for the gauges."""
        self._gauges = HTML(_NOTHING)
        self._gauges.add_class("digits-gauges")
        return self._gauges

    def update(self, state: State) -> None:
        """Measure the tensor of `state`."""
        if state.trace is None or state.trace.is_blank:
            self._gauges.value = _NOTHING
            return
        digit = likeness(state.trace.snapshots[-1].shown)
        outside = sum(not gauge.is_like for gauge in digit.gauges)
        rows = "".join(map(_row, digit.gauges))
        self._gauges.value = f"<p>{_summary(outside)}</p><ul>{rows}</ul>"


def _summary(outside: int) -> str:
    if not outside:
        return "Like the training data: all five lie where most of its digits do."
    are = "one lies" if outside == 1 else f"{outside} lie"
    return (
        f"Of five, {are} outside: the model has seen few digits like this one, and its "
        "confidence means less."
    )


def _row(gauge: Gauge) -> str:
    low, high, value = (
        100 * min(max(number / gauge.end, 0), 1)
        for number in (gauge.low, gauge.high, gauge.value)
    )
    kind = "digits-like" if gauge.is_like else "digits-unlike"
    mark = "●" if gauge.is_like else "▲"
    return (
        f'<li class="{kind}"><b>{escape(gauge.title)}</b>'
        f'<div class="digits-gauge" aria-hidden="true"><i style="left:{low:.2f}%;'
        f'width:{high - low:.2f}%"></i><em style="left:{value:.2f}%">{mark}</em></div>'
        f"<span>{escape(gauge.sentence)}</span></li>"
    )
