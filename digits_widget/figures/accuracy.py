"""Accuracy of models, as bars by name or as curves over a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from digits_widget.evaluation import Evaluation
from digits_widget.figures.themed import ThemedFigure


def draw_accuracy(table: Mapping[str, Mapping[str, Evaluation]]) -> Figure:
    """Draw a bar for each model and variant, with its 95 % interval.

    Parameters
    ----------
    table : mapping
        Evaluations by variant, such as a preset, and then by model. All variants have
        the same models.
    """
    models = list(next(iter(table.values())))
    height = 0.26 * len(models) * len(table) + 0.9
    figure = ThemedFigure(figsize=(7.5, height), layout="constrained")
    axes = figure.subplots()
    thick = 0.8 / len(models)
    for number, model in enumerate(models):
        places = np.arange(len(table)) + (number + 0.5) * thick - 0.4
        results = [row[model] for row in table.values()]
        colour = f"C{number}"
        right = [100 * result.accuracy for result in results]
        axes.barh(places, right, thick * 0.9, color=colour, label=model)
        for place, result in zip(places, results, strict=True):
            low, high = result.interval
            axes.plot([100 * low, 100 * high], [place, place], color="black", lw=1)
            text = f"{100 * result.accuracy:.1f}"
            axes.text(1.5, place, text, color="white", va="center", fontsize=8)
    axes.set_yticks(range(len(table)), list(table), fontsize=9)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel("accuracy, % (line: 95 % interval)")
    _finish(axes)
    return figure


def draw_accuracy_over(
    places: Sequence[float], table: Mapping[str, Sequence[Evaluation]], *, label: str
) -> Figure:
    """Draw a curve for each model, with its 95 % interval as a band.

    Parameters
    ----------
    places : sequence of float
        n values of the number.
    table : mapping
        n evaluations for each model.
    label : str
        Name of the number, with its unit.
    """
    figure = ThemedFigure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    for number, (model, results) in enumerate(table.items()):
        colour, marker = f"C{number}", "os^Dv"[number % 5]
        low, high = np.transpose([result.interval for result in results]) * 100
        right = [100 * result.accuracy for result in results]
        axes.fill_between(places, low, high, color=colour, alpha=0.15, lw=0)
        axes.plot(places, right, f"{marker}-", color=colour, label=model)
    if all(isinstance(place, int) for place in places):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(0, 102)
    axes.set_xlabel(label)
    axes.set_ylabel("accuracy, %")
    axes.grid(color="0.9")
    _finish(axes)
    return figure


def _finish(axes: Axes) -> None:
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.figure.legend(loc="outside upper center", ncols=5, fontsize=9, frameon=False)
