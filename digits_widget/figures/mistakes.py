"""The worst mistakes as pictures, each with its label and the answer."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digits_widget.evaluation import Evaluation
from digits_widget.figures.themed import ThemedFigure

_COLUMNS = 10


def draw_mistakes(
    images: NDArray[np.float32], result: Evaluation, *, count: int = 40
) -> Figure:
    """Draw the most confident wrong answers, worst first.

    Parameters
    ----------
    images : ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink: the images of the evaluation.
    result : Evaluation
        The answers.
    count : int
        Number of pictures at most.
    """
    worst = result.worst(count)
    rows = max(1, -(-len(worst) // _COLUMNS))
    figure = ThemedFigure(figsize=(_COLUMNS * 0.8, rows * 1.05), layout="constrained")
    for axes in figure.subplots(rows, _COLUMNS, squeeze=False).flat:
        axes.set_axis_off()
    for axes, place in zip(figure.axes, worst, strict=False):
        axes.imshow(images[place], cmap="gray_r", vmin=0, vmax=1)
        sure = result.confidences[place].max()
        text = f"{result.labels[place]}, not {result.answers[place]}\n{sure:.0%}"
        axes.set_title(text, fontsize=7)
    return figure
