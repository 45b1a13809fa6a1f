"""The reliability diagram: confidence beside the share that is right."""

from __future__ import annotations

from matplotlib.figure import Figure

from digits_widget.evaluation import Evaluation


def draw_calibration(result: Evaluation, *, title: str = "") -> Figure:
    """Draw accuracy over confidence by bins, and below how many answers each bin has.

    On the dashed line a model that says 90 % is right nine times in ten; below it, it
    boasts.
    """
    bins = result.reliability
    filled = bins.counts > 0
    figure = Figure(figsize=(4.6, 5.2), layout="constrained")
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
    # Nearly all answers are in the last bin; on a plain scale it would be alone.
    lower.set_yscale("symlog")
    lower.set_ylim(bottom=0)
    lower.set_xlabel("confidence")
    lower.set_ylabel("answers")
    return figure
