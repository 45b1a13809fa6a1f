"""`OverTime`: how the answer grew with the drawing, stroke by stroke."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ipywidgets import HTML, Box, DOMWidget, IntSlider, VBox

from digits_widget.insight.growth import Growth
from digits_widget.insight.prefixes import prefixes
from digits_widget.prediction import Prediction
from digits_widget.state import State
from digits_widget.widget.canvas.replay import END, Replay, predict_prefixes
from digits_widget.widget.context import Context
from digits_widget.widget.panel import WorkingPanel

_HINT = "Drag on the chart to rewind drawing, steps and bars."


class OverTime(WorkingPanel[Growth]):
    """Show the confidences at each moment of a drawing, and rewind it.

    Parameters
    ----------
    context : Context
        The objects that the parts of the widget share.
    replay : Replay
        Shows the moment that a person chooses on the chart.
    """

    blank = "Draw a digit, and see how its answer grew."

    def __init__(self, context: Context, replay: Replay) -> None:
        super().__init__(context)
        self._replay = replay

    def build(self) -> DOMWidget:
        """Make the chart, with a slider on it, below its sentence."""
        self.body = HTML()
        self.body.add_class("digits-over-time")
        self._total = 1
        self._asked: int | None = None
        self._set_by_us = END
        # The style sheet lays it over the chart, from one end of its axis to the other.
        self._moment = IntSlider(
            END, 0, END, readout=False, tooltip="Moment of the drawing, in percent"
        )
        self._moment.layout.visibility = "hidden"
        self._moment.add_class("digits-moment")
        self._words = HTML()
        self._words.add_class("digits-moment-words")
        self._moment.observe(self.context.guard(self._rewind), names="value")
        self._replay.watch(self._follow)
        chart = Box([self.body, self._moment])
        chart.add_class("digits-chart")
        return VBox([self.line, chart, self._words])

    def update(self, state: State) -> None:
        """Work on the whole drawing, also while the paper shows an earlier moment."""
        super().update(self.context.session.newest if state.is_past else state)

    def work(self, state: State) -> Growth:
        """Ask about all prefixes in one call.

        Raises
        ------
        Exception
            The model could not answer; this is the problem of the first prefix.
        """
        these = prefixes(state.drawing)
        if not these:
            return Growth((), ())
        session, many = self.context.session, self.context.predictor.many
        _, *states = predict_prefixes(these, session.prepare, many)
        for each in states:
            if each.problem is not None and each.trace is not None:
                raise each.problem
        return Growth(these, tuple(each.prediction for each in states))

    def draw(self, result: Growth) -> str:
        """Show the chart; return its main point as one sentence."""
        if not result.prefixes:
            self.clear()
            return "A picture has no strokes to follow."
        self.body.value = draw_growth(result)
        self._total = result.prefixes[-1].points
        self._follow(None, "")
        self._moment.layout.visibility = None
        return result.words

    def clear(self) -> None:
        """Show an empty chart of the same size."""
        self.body.value = draw_growth(None)
        self._moment.layout.visibility = "hidden"
        self._words.value = ""

    def _rewind(self, change: dict[str, int]) -> None:
        if change["new"] != self._set_by_us:
            self._set_by_us = change["new"]
            self._asked = round(change["new"] / END * self._total)
            self._replay.look_at(self._asked)

    def _follow(self, points: int | None, words: str) -> None:
        """Move the slider to the moment on the paper, unless it asked for that."""
        self._words.value = words or _HINT
        if points is None or points != self._asked:
            share = 1 if points is None else min(points / self._total, 1)
            self._set_by_us = round(END * share)
            self._moment.value = self._set_by_us
            self._asked = points


# About as wide as the place beside the paper, so that its words are readable there.
_WIDTH, _HEIGHT = 240, 130
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 20, 22, 22
_ACROSS, _DOWN = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM


def draw_growth(growth: Growth | None) -> str:
    """Return the chart as SVG; an empty one of the same size without a growth."""
    content = _grid() + (_lines(growth) if growth else "")
    words = escape(growth.words) if growth else "Empty chart"
    return (
        f'<svg class="digits-growth" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Confidence over time. {words}">{content}</svg>'
    )


def _grid() -> str:
    lines = "".join(
        f'<path d="M{_LEFT} {_y(share)}h{_ACROSS}"/>'
        f'<text x="{_LEFT - 4}" y="{_y(share) + 4}">{100 * share:.0f}</text>'
        for share in (0, 0.5, 1)
    )
    return f'<g class="digits-grid">{lines}</g>'


def _lines(growth: Growth) -> str:
    total = growth.prefixes[-1].points
    places = [_LEFT + _ACROSS * moment.points / total for moment in growth.prefixes]
    ends = [
        x
        for x, moment in zip(places, growth.prefixes, strict=True)
        if moment.ends_stroke
    ]
    strokes = "".join(
        f'<path d="M{x:.1f} {_TOP}v{_DOWN}"/>'
        f'<text x="{x:.1f}" y="{_HEIGHT - 6}">{_ordinal(number, len(ends))}</text>'
        for number, x in enumerate(ends, start=1)
    )
    drawn = "".join(
        f'<g class="digits-line-{number}">'
        f'<path d="{_path(growth.answers, places, digit)}"/>'
        f"{_name(growth, places, digit)}</g>"
        for number, digit in enumerate(growth.digits)
    )
    return f'<g class="digits-strokes">{strokes}</g>{drawn}'


def _path(
    answers: Sequence[Prediction | None], places: Sequence[float], digit: int
) -> str:
    """Return the line of one digit, with gaps where there is no answer."""
    parts, pen = [], "M"
    for answer, x in zip(answers, places, strict=True):
        if answer is None:
            pen = "M"
        else:
            parts.append(f"{pen}{x:.1f} {_y(float(answer.confidences[digit])):.1f}")
            pen = "L"
    # A short dash makes a single point visible.
    return "".join(parts) + ("h0.01" if len(parts) == 1 else "")


def _name(growth: Growth, places: Sequence[float], digit: int) -> str:
    """Write the digit above its line: at the end, or at its highest point."""
    heights = [
        float(answer.confidences[digit]) if answer else -1 for answer in growth.answers
    ]
    highest = max(heights)
    if digit == growth.labels[-1]:
        return f'<text x="{_WIDTH - 8}" y="{_y(heights[-1]) + 4:.1f}">{digit}</text>'
    # Write it over the middle of a plateau, not over its start.
    level = [x for x, h in zip(places, heights, strict=True) if h >= 0.98 * highest]
    x, y = level[len(level) // 2], _y(highest) - 5
    return f'<text x="{x:.1f}" y="{y:.1f}">{digit}</text>'


def _ordinal(number: int, count: int) -> str:
    if count > 6 and number not in {1, count}:
        return ""
    return "stroke 1" if number == 1 else str(number)


def _y(share: float) -> float:
    return _TOP + _DOWN * (1 - share)
