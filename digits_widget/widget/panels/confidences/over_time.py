"""`OverTime`: how the answer grew with the drawing, stroke by stroke."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ipywidgets import HTML, DOMWidget, VBox

from digits_widget.insight.growth import Growth
from digits_widget.insight.prefixes import prefixes
from digits_widget.prediction import Prediction
from digits_widget.state import State
from digits_widget.widget.canvas.replay import predict_prefixes
from digits_widget.widget.panel import WorkingPanel


class OverTime(WorkingPanel[Growth]):
    """Show the confidences at each moment of a drawing."""

    blank = "Draw a digit, and see how its answer grew."

    def build(self) -> DOMWidget:
        """Make the chart, below its sentence."""
        self.body = HTML()
        self.body.add_class("digits-over-time")
        return VBox([self.line, self.body])

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
        return result.words

    def clear(self) -> None:
        """Show an empty chart of the same size."""
        self.body.value = draw_growth(None)


_WIDTH, _HEIGHT = 460, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 22, 20, 22
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
