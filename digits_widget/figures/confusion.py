"""The confusion matrix: how often a model takes one digit for another."""

from __future__ import annotations

from matplotlib.figure import Figure

from digits_widget.evaluation import Evaluation
from digits_widget.figures.themed import INK, ThemedFigure


def draw_confusion(result: Evaluation, *, title: str = "") -> Figure:
    """Draw counts of answers by label, with mistakes coloured by their number.

    The diagonal stays white, because its large counts would hide the mistakes.

    Parameters
    ----------
    result : Evaluation
        The answers.
    title : str
        Text above the figure; by default the accuracy.
    """
    table = result.confusion
    mistakes = table.copy()
    mistakes[range(10), range(10)] = 0
    figure = ThemedFigure(figsize=(5.2, 5.2), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, int(mistakes.max())))
    for label in range(10):
        for answer in range(10):
            if count := int(table[label, answer]):
                weight = "bold" if label == answer else "normal"
                # White text is readable on the darkest cells.
                dark = mistakes[label, answer] > 0.6 * mistakes.max()
                axes.text(
                    answer,
                    label,
                    f"{count:,}",
                    ha="center",
                    va="center",
                    fontsize=7,
                    weight=weight,
                    color="white" if dark else INK,
                )
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    axes.set_xlabel("answer")
    axes.set_ylabel("label")
    axes.set_title(title or f"{result.accuracy:.2%} of {len(result):,} right")
    return figure
