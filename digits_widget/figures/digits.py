"""Small pictures side by side, each with a line or two of text."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digits_widget.figures.themed import ThemedFigure


def draw_digits(
    images: Sequence[NDArray[np.floating]] | NDArray[np.floating],
    captions: Sequence[object] = (),
    *,
    columns: int = 10,
    marked: Collection[int] = (),
    rows: Sequence[str] = (),
    side: float = 0.8,
) -> Figure:
    """Draw pictures in rows, as ink on paper.

    Parameters
    ----------
    images : sequence of ndarray, or ndarray
        n pictures, (rows, cols) floats in [0, 1], 1 is ink: drawn black.
    captions : sequence, optional
        n texts, or objects with a text, to write above the pictures.
    columns : int
        Pictures in one row, at least 1.
    marked : collection of int
        Indices of pictures with a thick frame and bold text.
    rows : sequence of str, optional
        Texts at the left of the rows.
    side : float
        Inches along the side of one picture.

    Returns
    -------
    Figure
        Without pyplot: nothing stays open.
    """
    lines = 1 + max((str(caption).count("\n") for caption in captions), default=0)
    count = max(1, -(-len(images) // columns))
    height = count * (side + (0.17 * lines if captions else 0.05))
    margin = 0.065 * max(map(len, rows), default=0)
    figure = ThemedFigure(
        figsize=(columns * side + margin, height), layout="constrained"
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)  # type: ignore[union-attr, call-arg]
    places = figure.subplots(count, columns, squeeze=False)
    for axes in places.flat:
        axes.set(xticks=[], yticks=[])
        axes.set_visible(False)
    for number, (axes, image) in enumerate(zip(places.flat, images, strict=False)):
        axes.set_visible(True)
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        is_marked = number in marked
        if captions:
            weight = "bold" if is_marked else "normal"
            axes.set_title(str(captions[number]), fontsize=8, weight=weight, pad=3)
        for spine in axes.spines.values():
            spine.set(color="C1" if is_marked else "0.8", lw=2.5 if is_marked else 0.8)
    for axes, text in zip(places[:, 0], rows, strict=False):
        axes.set_ylabel(text, fontsize=8, rotation=0, ha="right", va="center")
    return figure
