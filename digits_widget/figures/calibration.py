"""The reliability diagram: accuracy over confidence."""

from __future__ import annotations

from matplotlib.figure import Figure

from digits_widget.evaluation import Evaluation
from digits_widget.figures.themed import ThemedFigure


def draw_calibration(result: Evaluation, *, title: str = "") -> Figure:
    """Draw accuracy over confidence by bins, and below it the answers in each bin.

    On the dashed line, a model with a confidence of 90 % is right nine times in ten.
    Below the line, it is overconfident.

    Parameters
    ----------
    result : Evaluation
        The answers.
    title : str
        Text above the figure.
    """
    bins = result.reliability
    filled = bins.counts > 0
    figure = ThemedFigure(figsize=(4.6, 5.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot([0, 1], [0, 1], "--", color="grey", label="well calibrated")
    upper.plot(bins.confidence[filled], bins.accuracy[filled], "o-", color="tab:blue")
    upper.set_ylabel("share that is right")
    upper.set_ylim(0, 1.02)
    error = f"calibration error {bins.error:.2%}"
    upper.set_title(f"{title}\n{error}" if title else error)
    upper.legend(loc="upper left")
    width = float(bins.edges[1] - bins.edges[0])
    lower.bar(bins.edges[:-1], bins.counts, width, align="edge", color="tab:blue")
    # Nearly all answers are in the last bin, so a linear scale would show only it.
    lower.set_yscale("symlog")
    lower.set_ylim(bottom=0)
    lower.set_xlabel("confidence")
    lower.set_ylabel("answers")
    return figure
