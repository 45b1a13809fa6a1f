"""Lines, boxes and words of SVG figures, in one style for light pages and for dark."""

from __future__ import annotations

from collections.abc import Iterable

THEMES = {
    "light": {
        "text": "#1f2328",
        "soft": "#59636e",
        "line": "#8c959f",
        "fill": "#f6f8fa",
    },
    "dark": {
        "text": "#f0f6fc",
        "soft": "#9198a1",
        "line": "#656c76",
        "fill": "#151b23",
    },
}
"""Colours of everything that is not paper or ink: those are white and black in both."""

ACCENT = "#e8590c"
"""Of what is to be seen first; it stands out on white and on black."""


def figure(theme: str, *, height: int, title: str, parts: Iterable[str]) -> str:
    """Return an SVG, 800 wide."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height}" '
        f'role="img" aria-labelledby="title">\n<title id="title">{title}</title>\n'
        f"{style(THEMES[theme])}\n{body}\n</svg>\n"
    )


def style(colours: dict[str, str]) -> str:
    """Return the style sheet of a figure in one theme."""
    return (
        "<style>text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif;"
        f"font-size:13px;fill:{colours['text']};text-anchor:middle}}"
        ".b{font-weight:600}"
        f".s{{font-size:11.5px;fill:{colours['soft']}}}"
        f".a{{stroke:{colours['line']};stroke-width:1.6;fill:none}}"
        f".h{{fill:{colours['line']}}}"
        f".box{{fill:{colours['fill']};stroke:{colours['line']};stroke-width:1.2}}"
        f".paper{{fill:#fff;stroke:{colours['line']};stroke-width:1}}"
        ".dark{font-size:12.5px;fill:#1f2328}"
        f".bar{{fill:{colours['line']}}}.best{{fill:{ACCENT}}}</style>"
    )


def words(x: float, y: float, title: str, *texts: str) -> str:
    """Return a bold line centred at `x`, and plain ones below it."""
    lines = "".join(
        f'<text class="s" x="{x:g}" y="{y + 17 * (number + 1):g}">{text}</text>'
        for number, text in enumerate(texts)
    )
    return f'<text class="b" x="{x:g}" y="{y:g}">{title}</text>{lines}'


def arrow(x: float, y: float, length: float) -> str:
    """Return an arrow to the right that starts at `x`."""
    end = x + length
    return (
        f'<path class="a" d="M{x:g} {y:g}H{end - 6:g}"/>'
        f'<path class="h" d="M{end:g} {y:g}l-8 -4.5v9z"/>'
    )


def arrow_left(x: float, y: float, length: float) -> str:
    """Return an arrow to the left that starts at `x`."""
    end = x - length
    return (
        f'<path class="a" d="M{x:g} {y:g}H{end + 6:g}"/>'
        f'<path class="h" d="M{end:g} {y:g}l8 -4.5v9z"/>'
    )


def box(x: float, y: float, width: float, height: float) -> str:
    """Return a box with round corners."""
    return (
        f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
    )
