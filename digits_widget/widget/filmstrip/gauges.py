"""`Gauges`: where a digit lies against the bands of MNIST, and what to do about it."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML

from digits_widget.likeness import Gauge, likeness
from digits_widget.state import State

_NOTHING = "Draw a digit, and five gauges compare it with MNIST's 60,000."


class Gauges:
    """Show five gauges of what the model gets."""

    def __init__(self) -> None:
        self.widget = HTML(_NOTHING)
        self.widget.add_class("digits-gauges")

    def show(self, state: State) -> None:
        """Measure the tensor of `state`."""
        if state.trace is None or state.trace.is_blank:
            self.widget.value = _NOTHING
            return
        digit = likeness(state.trace.snapshots[-1].shown)
        outside = sum(not gauge.is_like for gauge in digit.gauges)
        rows = "".join(map(_row, digit.gauges))
        self.widget.value = f"<p>{_summary(outside)}</p><ul>{rows}</ul>"


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
