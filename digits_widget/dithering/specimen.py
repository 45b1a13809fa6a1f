"""Two small pictures to try a method on: a ramp of greys and a digit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.images import Floats

_TWO = ((7, 9), (9, 6), (14, 5), (19, 7), (20, 11), (17, 15), (8, 22), (20, 22))
"""(x, y) along a 2, in pixels of a 28x28 picture."""


def ramp(rows: int = 28, cols: int = 112) -> Floats:
    """Draw a ramp from black (0) at the left to white (1) at the right.

    Parameters
    ----------
    rows, cols : int
        Size of the picture in pixels.
    """
    return np.tile(np.linspace(0, 1, cols, dtype=np.float32), (rows, 1))


def digit() -> Floats:
    """Draw a soft 2 like MNIST's: (28, 28) float32 in [0, 1], 1 is ink."""
    y, x = np.indices((28, 28)).astype(np.float64)
    away = np.full((28, 28), np.inf)
    for start, end in pairwise(_TWO):
        across, down = end[0] - start[0], end[1] - start[1]
        along = (x - start[0]) * across + (y - start[1]) * down
        share = np.clip(along / (across**2 + down**2), 0, 1)
        near = np.hypot(x - start[0] - share * across, y - start[1] - share * down)
        away = np.minimum(away, near)
    return np.clip(2.2 - away, 0, 1).astype(np.float32)


def as_svg(picture: NDArray[np.floating], *, scale: int = 3) -> str:
    """Draw a picture of two levels as SVG: white runs on a black ground.

    Parameters
    ----------
    picture : ndarray
        (rows, cols) of 0 and 1.
    scale : int
        Side of a pixel in the SVG.
    """
    rows, cols = picture.shape
    edges = np.diff(np.pad(picture > 0.5, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    runs = "".join(
        f"M{x} {y}h{end - x}v1h-{end - x}z"
        for (y, x), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{cols * scale}" '
        f'height="{rows * scale}" viewBox="0 0 {cols} {rows}" '
        'shape-rendering="crispEdges"><rect width="100%" height="100%"/>'
        f'<path d="{runs}" fill="white"/></svg>'
    )
