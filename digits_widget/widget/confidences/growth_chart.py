"""The chart of a growth: one line a digit, in the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from digits_widget.insight.growth import Growth
from digits_widget.prediction import Prediction

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
    total = growth.moments[-1].points
    places = [_LEFT + _ACROSS * moment.points / total for moment in growth.moments]
    ends = [
        x
        for x, moment in zip(places, growth.moments, strict=True)
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
    """Return the line of one digit; it is broken where nothing was asked."""
    parts, pen = [], "M"
    for answer, x in zip(answers, places, strict=True):
        if answer is None:
            pen = "M"
        else:
            parts.append(f"{pen}{x:.1f} {_y(float(answer.confidences[digit])):.1f}")
            pen = "L"
    # One point alone is seen too.
    return "".join(parts) + ("h0.01" if len(parts) == 1 else "")


def _name(growth: Growth, places: Sequence[float], digit: int) -> str:
    """Write the digit over its line: at the end, or where it was highest."""
    heights = [
        float(answer.confidences[digit]) if answer else -1 for answer in growth.answers
    ]
    highest = max(heights)
    if digit == growth.labels[-1]:
        return f'<text x="{_WIDTH - 8}" y="{_y(heights[-1]) + 4:.1f}">{digit}</text>'
    # In the middle of a plateau, not where it begins.
    level = [x for x, h in zip(places, heights, strict=True) if h >= 0.98 * highest]
    x, y = level[len(level) // 2], _y(highest) - 5
    return f'<text x="{x:.1f}" y="{y:.1f}">{digit}</text>'


def _ordinal(number: int, count: int) -> str:
    if count > 6 and number not in {1, count}:
        return ""
    return "stroke 1" if number == 1 else str(number)


def _y(share: float) -> float:
    return _TOP + _DOWN * (1 - share)
