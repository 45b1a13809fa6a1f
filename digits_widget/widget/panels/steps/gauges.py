"""`Gauges`: how a digit compares with MNIST's range, and what to do if it differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
from ipywidgets import HTML, DOMWidget

from digits_widget.likeness import Gauge, likeness
from digits_widget.state import State
from digits_widget.widget.panel import Panel

_NOTHING = "Draw a digit, and five gauges compare it with MNIST's 60,000."

_LIKE = "Like the training data: all five lie where most of its digits do."

_BANDS = "Grey: the range of nine in ten of MNIST's training digits."

_EMPTY = likeness(np.zeros((28, 28), np.float32)).gauges
"""They have the scales that a blank sheet shows."""


class Gauges(Panel):
    """Show five measures of the model's picture."""

    def build(self) -> DOMWidget:
        """Make room for the gauges."""
        self._gauges = HTML()
        self._gauges.add_class("digits-gauges")
        return self._gauges

    def update(self, state: State) -> None:
        """Measure the tensor of `state`; show empty scales on a blank sheet."""
        if state.trace is None or state.trace.is_blank:
            self._draw(_NOTHING, (_item(gauge, "") for gauge in _EMPTY))
            return
        gauges = likeness(state.trace.snapshots[-1].shown).gauges
        self._draw(_summary(gauges), (_item(gauge, _mark(gauge)) for gauge in gauges))

    def _draw(self, words: str, items: Iterable[str]) -> None:
        self._gauges.value = (
            f"<p>{escape(words)}</p><ul>{''.join(items)}</ul><small>{_BANDS}</small>"
        )


def _summary(gauges: Sequence[Gauge]) -> str:
    """Say what is out of range, and what mends it."""
    outside = [gauge for gauge in gauges if not gauge.is_like]
    if not outside:
        return _LIKE
    names = [gauge.title.lower() for gauge in outside]
    cures = "; ".join(gauge.cure for gauge in outside)
    return (
        f"Confidence means less here: MNIST has few digits with this "
        f"{' and '.join(names)}. To mend it, {cures}."
    )


def _item(gauge: Gauge, mark: str) -> str:
    low, high = (_place(gauge, number) for number in (gauge.low, gauge.high))
    begin, end = gauge.band
    numbers = (
        f'<span class="digits-only" style="left:{low:.2f}%">{begin}</span>'
        if begin == end
        else f'<span class="digits-low" style="left:{low:.2f}%">{begin}</span>'
        f'<span class="digits-high" style="left:{high:.2f}%">{end}</span>'
    )
    kind = "digits-like" if gauge.is_like else "digits-unlike"
    return (
        f'<li class="{kind if mark else ""}"><b>{escape(gauge.title)}</b>'
        f'<div class="digits-gauge"><i style="left:{low:.2f}%;'
        f'width:{high - low:.2f}%"></i>{mark}{numbers}</div></li>'
    )


def _mark(gauge: Gauge) -> str:
    """Return the drawing's own value, as a mark and a number above it."""
    sign = "●" if gauge.is_like else "▲"
    return (
        f'<strong style="left:{_place(gauge, gauge.value):.2f}%">{gauge.number}'
        f'<em aria-hidden="true">{sign}</em></strong>'
    )


def _place(gauge: Gauge, number: float) -> float:
    """Return where a number is on the scale, in percent."""
    return 100 * min(max(number / gauge.end, 0), 1)
