"""The chart of a growth: one line a digit, in the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from digits_widget.growth import Growth
from digits_widget.prediction import Prediction

_WIDTH, _HEIGHT = 460, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 26, 8, 22
_ACROSS, _DOWN = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

_NEAR = 12
"""Labels closer than this, in units of the chart, are moved apart."""


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
    ys = {digit: _last_y(growth, digit) for digit in growth.digits}
    labels = dict(zip(ys, _apart(list(ys.values())), strict=True))
    drawn = "".join(
        f'<g class="digits-line-{number}">'
        f'<path d="{_path(growth.answers, places, digit)}"/>'
        f'<text x="{_WIDTH - _RIGHT + 6}" y="{labels[digit] + 4:.1f}">{digit}</text>'
        "</g>"
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


def _last_y(growth: Growth, digit: int) -> float:
    last = next((answer for answer in reversed(growth.answers) if answer), None)
    return _y(float(last.confidences[digit]) if last else 0)


def _apart(ys: list[float]) -> list[float]:
    """Move labels down, so that none covers another; then all up into the chart."""
    moved: dict[int, float] = {}
    free = -float(_NEAR)
    for y, number in sorted((y, number) for number, y in enumerate(ys)):
        moved[number] = free = max(y, free + _NEAR)
    over = max(max(moved.values(), default=0) - _y(0) - 2, 0)
    return [moved[number] - over for number in range(len(ys))]


def _ordinal(number: int, count: int) -> str:
    if count > 6 and number not in {1, count}:
        return ""
    return "stroke 1" if number == 1 else str(number)


def _y(share: float) -> float:
    return _TOP + _DOWN * (1 - share)
