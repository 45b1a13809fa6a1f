"""Pictures, each with the ten confidences of a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digits_widget.figures.themed import ThemedFigure
from digits_widget.prediction import DIGITS, Prediction


def draw_confidences(
    images: Sequence[NDArray[np.floating]] | NDArray[np.floating],
    predictions: Sequence[Prediction],
    *,
    captions: Sequence[str] = (),
) -> Figure:
    """Draw each picture above its bars: ten digits in fixed order, the best one marked.

    Parameters
    ----------
    images : sequence of ndarray, or ndarray
        n pictures, (rows, cols) floats in [0, 1], 1 is ink. At most six read well.
    predictions : sequence of Prediction
        n answers, one for each picture.
    captions : sequence of str, optional
        n texts to write above the pictures.
    """
    count = len(images)
    figure = ThemedFigure(figsize=(min(8, 2 * count + 0.4), 3), layout="constrained")
    places = figure.subplots(
        2, count, squeeze=False, sharey="row", height_ratios=[2, 3]
    )
    for number, (image, prediction) in enumerate(zip(images, predictions, strict=True)):
        upper, lower = places[:, number]
        upper.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        upper.set(xticks=[], yticks=[])
        if captions:
            upper.set_title(captions[number], fontsize=9)
        _draw_bars(lower, prediction)
    places[1, 0].set_ylabel("confidence", fontsize=8)
    return figure


def _draw_bars(axes: Axes, prediction: Prediction) -> None:
    colours = ["C0" if digit == prediction.label else "0.7" for digit in range(DIGITS)]
    axes.bar(range(DIGITS), prediction.confidences, color=colours)
    best, sure = prediction.label, prediction.confidence
    axes.text(
        best, sure + 0.02, f"{sure:.0%}\n▼", ha="center", fontsize=8, linespacing=0.9
    )
    axes.set_xticks(range(DIGITS))
    axes.set_xlim(-0.9, 9.9)
    axes.set_ylim(0, 1.3)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
