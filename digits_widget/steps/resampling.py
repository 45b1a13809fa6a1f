"""Resizes a picture by any of six filters, in floats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from digits_widget.steps.step import Image

FILTERS = ("nearest", "box", "bilinear", "bicubic", "lanczos", "mitchell")
"""Filters by name, crudest first: nearest neighbour, plain average, triangle, the cubic
with a = -0.5, three-lobed Lanczos, and the cubic of Mitchell and Netravali (1988) with
B = C = 1/3."""


def resample(image: Image, size: tuple[int, int], *, method: str) -> Image:
    """Resize a picture; each new pixel uses all the old ones that it covers.

    Parameters
    ----------
    image : ndarray
        (rows, cols) float32 in [0, 1].
    size : tuple
        Columns and rows wanted.
    method : str
        One of `FILTERS`.

    Returns
    -------
    ndarray
        (rows, cols) float32 in [0, 1]; values of filters that overshoot are clipped.
    """
    if method == "mitchell":
        down = mitchell(image.shape[0], size[1])
        across = mitchell(image.shape[1], size[0])
        filtered = (down @ image @ across.T).astype(np.float32)
    else:
        picture = Pillow.fromarray(np.ascontiguousarray(image))
        chosen = Pillow.Resampling[method.upper()]
        filtered = np.asarray(picture.resize(size, chosen))
    clipped: Image = np.clip(filtered, 0, 1)
    return clipped


def mitchell(old: int, new: int) -> NDArray[np.float64]:
    """Return the filter's weights for one axis: (new, old) float64.

    Parameters
    ----------
    old, new : int
        Pixels along the axis before and after.
    """
    scale = max(old / new, 1.0)
    middle = (np.arange(new)[:, None] + 0.5) * (old / new) - 0.5
    x = abs(np.arange(old) - middle) / scale
    near = (21 * x - 36) * x**2 + 16
    far = np.clip(2 - x, 0, None) ** 2 * (8 - 7 * x)
    weights = np.where(x < 1, near, far)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def code(method: str, size: str) -> tuple[str, ...]:
    """Return lines that resize `image` as `resample` does.

    Parameters
    ----------
    method : str
        One of `FILTERS`.
    size : str
        Python for (columns, rows).
    """
    if method == "mitchell":
        return (
            f"size = {size}",
            *MITCHELL,
            "across = mitchell(image.shape[1], size[0])",
            "image = (mitchell(image.shape[0], size[1]) @ image @ across.T)",
            "image = np.clip(image.astype(np.float32), 0, 1)",
        )
    return (
        "resize = Image.fromarray(np.ascontiguousarray(image)).resize",
        f"image = resize({size}, Image.Resampling.{method.upper()})",
        "image = np.asarray(image).clip(0, 1)",
    )


MITCHELL = (
    "def mitchell(old, new):",
    "    middle = (np.arange(new)[:, None] + 0.5) * (old / new) - 0.5",
    "    x = abs(np.arange(old) - middle) / max(old / new, 1.0)",
    "    far = np.clip(2 - x, 0, None) ** 2 * (8 - 7 * x)",
    "    weights = np.where(x < 1, (21 * x - 36) * x**2 + 16, far)",
    "    return weights / weights.sum(axis=1, keepdims=True)",
)
"""`mitchell` as lines to paste."""
