"""Plain charts for lessons: bars by name, and curves over a number."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from digits_widget.figures.themed import ThemedFigure

_DASHES = ("-", "--", "-.", ":")
_MARKERS = "os^Dv"


def draw_bars(
    values: Mapping[str, float],
    *,
    label: str,
    marked: Collection[str] = (),
    digits: int = 0,
) -> Figure:
    """Draw a horizontal bar for each value, its number at the end.

    Parameters
    ----------
    values : mapping of str to float
        Numbers of at least 0, by the name to write before the bar, from top to bottom.
    label : str
        What the numbers are, with their unit.
    marked : collection of str
        Names of bars in the colour that stands out.
    digits : int
        Decimals of the numbers.
    """
    figure = ThemedFigure(figsize=(7, 0.34 * len(values) + 0.7), layout="constrained")
    axes = figure.subplots()
    colours = ["C1" if name in marked else "C0" for name in values]
    bars = axes.barh(list(values), list(values.values()), color=colours)
    axes.bar_label(bars, fmt=f"{{:,.{digits}f}}", padding=4, fontsize=9)
    if not digits:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0, 1.15 * max(values.values(), default=0) or 1)
    axes.invert_yaxis()
    axes.set_xlabel(label)
    _finish(axes)
    return figure


def draw_lines(
    xs: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    *,
    x_label: str,
    y_label: str,
    y_range: tuple[float, float] | None = None,
) -> Figure:
    """Draw a curve for each name, told apart by colour, dashes and markers.

    Parameters
    ----------
    xs : sequence of float
        n places, ascending.
    lines : mapping of str to sequence of float
        n heights for each name.
    x_label, y_label : str
        What the numbers are, with their units.
    y_range : (float, float), optional
        Bottom and top of the chart; by default what the curves need.
    """
    figure = ThemedFigure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    for number, (name, heights) in enumerate(lines.items()):
        look = _DASHES[number % 4] + (_MARKERS[number % 5] if len(xs) <= 40 else "")
        axes.plot(xs, heights, look, color=f"C{number}", ms=4, label=name)
    axes.set(xlabel=x_label, ylabel=y_label)
    if y_range:
        axes.set_ylim(*y_range)
    axes.grid(color="0.9")
    if len(lines) > 1:
        figure.legend(loc="outside upper center", ncols=4, fontsize=9, frameon=False)
    _finish(axes)
    return figure


def _finish(axes: Axes) -> None:
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
