"""Reliability of several runs in one figure: over- and underconfident models."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digits_widget.evaluation import Evaluation
from digits_widget.evaluation.calibration import reliability
from digits_widget.figures.themed import ThemedFigure

_BINS = 10
_FEWEST = 5
"""Least answers in a bin: with fewer, its accuracy is mostly chance."""


def draw_reliability(results: Mapping[str, Evaluation]) -> Figure:
    """Draw accuracy over confidence for each run, larger dots for more answers.

    Parameters
    ----------
    results : mapping of str to Evaluation
        At most five runs, by the name to write in the legend.
    """
    figure = ThemedFigure(figsize=(5.6, 4.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], "--", color="0.5", lw=1)
    axes.text(42, 45, "well calibrated", rotation=41, fontsize=8)
    for number, (name, result) in enumerate(results.items()):
        _draw_run(axes, name, result, number)
    axes.set_xlim(0, 102)
    axes.set_ylim(0, 102)
    axes.set_xlabel("confidence, %")
    axes.set_ylabel("right, %")
    axes.set_aspect("equal")
    axes.grid(color="0.92")
    figure.legend(loc="outside right upper", fontsize=8, frameon=False)
    return figure


def _draw_run(axes: Axes, name: str, result: Evaluation, number: int) -> None:
    right = result.answers == result.labels
    bins = reliability(result.confidences.max(axis=1), right, bins=_BINS)
    kept = bins.counts >= _FEWEST
    x, y = 100 * bins.confidence[kept], 100 * bins.accuracy[kept]
    colour, marker = f"C{number}", "os^Dv"[number % 5]
    text = f"{name}\n{result.accuracy:.0%} right at {result.mean_confidence:.0%},"
    text += f"\ncalibration error {bins.error:.1%}\n"
    sizes = 18 + 250 * bins.counts[kept] / len(result)
    axes.plot(x, y, f"{marker}-", color=colour, lw=1.5, ms=4, label=text)
    axes.scatter(x, y, s=sizes, color=colour, marker=marker, alpha=0.8, zorder=3)
