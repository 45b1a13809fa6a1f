"""The gauges: digits compared with MNIST's bands."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digits_widget.figures.themed import ThemedFigure
from digits_widget.likeness import Gauge, Likeness


def draw_likeness(digits: Mapping[str, Likeness]) -> Figure:
    """Draw digits on the scales of all gauges: one row each, MNIST's band in blue.

    Parameters
    ----------
    digits : mapping of str to Likeness
        At least one digit, by the name to write at its row.
    """
    likenesses = tuple(digits.values())
    count = len(likenesses[0].gauges)
    figure = ThemedFigure(figsize=(8, 0.32 * len(digits) + 0.75), layout="constrained")
    for place, axes in enumerate(figure.subplots(1, count, sharey=True)):
        gauges = [each.gauges[place] for each in likenesses]
        _draw_scale(axes, gauges[0])
        for row, gauge in enumerate(gauges):
            _draw_value(axes, gauge, row)
        axes.set_yticks(range(len(digits)), list(digits), fontsize=8)
        axes.set_ylim(len(digits) - 0.5, -0.5)
    return figure


def _draw_scale(axes: Axes, gauge: Gauge) -> None:
    end = gauge.end
    # Draw a band of one value as a line.
    axes.axvspan(gauge.low, gauge.high, color="C0", alpha=0.25, lw=3)
    axes.set_title(gauge.title, fontsize=9)
    axes.set_xlabel(gauge.unit or "share", fontsize=8)
    axes.set_xlim(-0.08 * end, 1.08 * end)
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "left", "right"]].set_visible(False)


def _draw_value(axes: Axes, gauge: Gauge, row: int) -> None:
    """Mark a value: a dot in the band, a cross outside."""
    marker, colour = ("o", "C0") if gauge.is_like else ("X", "C1")
    value = min(gauge.value, gauge.end)
    axes.plot(value, row, marker, color=colour, ms=9, mec="white", zorder=3)
