"""Accuracy of many variants, best first, such as all dithering methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from digits_widget.dithering import CATALOGUE
from digits_widget.evaluation.comparison_table import Row
from digits_widget.figures.themed import ThemedFigure


def draw_comparison_table(
    rows: Sequence[Row], *, panels: int = 1, title: str = ""
) -> Figure:
    """Draw each row's accuracy with its 95 % interval, coloured by dithering family.

    Parameters
    ----------
    rows : sequence of Row
        From `digits_widget.evaluation.comparison_table`. Rows that are not dithering
        methods, such as presets, are drawn in black.
    panels : int
        Number of columns for a long table.
    title : str
        Text above the figure.
    """
    ranked = sorted(rows, key=lambda row: -row.result.accuracy)
    length = -(-len(ranked) // panels)
    figure = ThemedFigure(figsize=(8, 0.17 * length + 1.1), layout="constrained")
    colours = family_colours()
    lowest = min(row.result.interval[0] for row in rows)
    for number, axes in enumerate(figure.subplots(1, panels, squeeze=False)[0]):
        _draw_rows(axes, ranked[number * length : (number + 1) * length], colours)
        axes.set_xlim(lowest * 100 - 1, 100.4)
        axes.set_ylim(length - 0.5, -0.5)
    marks = [Line2D([], [], color=c, marker="o", label=f) for f, c in colours.items()]
    if any(row.name in CATALOGUE for row in rows):
        figure.legend(handles=marks, loc="outside lower center", ncols=4, fontsize=8)
    if title:
        figure.suptitle(title, fontsize=10)
    return figure


def family_colours() -> dict[str, str]:
    """Return a colour for each family of the catalogue, in its order."""
    families = dict.fromkeys(method.family for method in CATALOGUE.values())
    return {family: f"C{number}" for number, family in enumerate(families)}


def _draw_rows(axes: Axes, rows: Sequence[Row], colours: Mapping[str, str]) -> None:
    for place, row in enumerate(rows):
        low, high = row.result.interval
        known = CATALOGUE.get(row.name)
        colour = colours[known.family] if known else "black"
        axes.plot([low * 100, high * 100], [place, place], color=colour, lw=1.2)
        axes.plot(row.result.accuracy * 100, place, "o", color=colour, ms=4)
    axes.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=7)
    axes.set_xlabel("accuracy, %", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
