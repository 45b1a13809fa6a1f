"""Code for thresholds of a whole picture and of neighbourhoods."""

from __future__ import annotations

from digits_widget.dithering.codegen.text import GREYS, WHOLE, Lines

_PRINT = "image = (image > limit).astype(np.float32)"


def fixed(*, threshold: float, ties: str) -> Lines:
    """Write a fixed threshold.

    Parameters
    ----------
    threshold, ties
        As for the method ``fixed``.
    """
    compare = ">=" if ties == "up" else ">"
    white = f"image * np.float32(255) {compare} {threshold * 255!r}"
    return (f"image = ({white}).astype(np.float32)",)


def eight_bit_fixed(least: int = 128) -> Lines:
    """Write the fixed threshold of other programs: white from `least` up, of 255."""
    return (f"image = ({WHOLE} >= {least}).astype(np.float32)",)


def mean() -> Lines:
    """Write the threshold at the picture's mean."""
    return (
        "limit = image[None].mean(axis=(1, 2), dtype=np.float64)[0]",
        "if np.ptp(image) < 1e-06:  # one grey alone",
        "    limit = 0.5",
        _PRINT,
    )


def otsu() -> Lines:
    """Write `otsu_threshold` as code."""
    return (
        "# For each grey: how many pixels are as dark, and the sum of their greys.",
        GREYS,
        "counts = np.bincount(grey.ravel(), minlength=256)",
        "below = np.cumsum(counts)",
        "total = np.cumsum(counts * np.arange(256))",
        "above = below[-1] - below",
        "# How far apart the two classes are, if they are parted there.",
        "with np.errstate(divide='ignore', invalid='ignore'):",
        "    gap = total / below - (total[-1] - total) / above",
        "    between = np.nan_to_num(below * above * gap**2)",
        "best = np.flatnonzero(between == between.max())",
        "limit = (best[0] + best[-1] + 1) / 2 / 255 if between.any() else 0.5",
        _PRINT,
    )


def local(window: int, limit: str) -> Lines:
    """Write a threshold for each neighbourhood.

    Parameters
    ----------
    window : int
        Pixels along the side of the square, odd.
    limit : str
        Python for the threshold, from `mean` and `deviation`.
    """
    half = window // 2
    return (
        "",
        f"def sums(values):  # of the {window}x{window} pixels around each",
        "    table = values.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)",
        "    table = np.pad(table, ((1, 0), (1, 0)))",
        "    rows, cols = map(np.arange, values.shape)",
        f"    top = np.maximum(rows - {half}, 0)",
        f"    bottom = np.minimum(rows + {half + 1}, len(rows))",
        f"    left = np.maximum(cols - {half}, 0)",
        f"    right = np.minimum(cols + {half + 1}, len(cols))",
        "    strips = table[bottom] - table[top]",
        "    return strips[:, right] - strips[:, left]",
        "",
        "pixels = sums(np.ones_like(image))",
        "mean = sums(image) / pixels",
        "squares = sums(image.astype(np.float64) ** 2) / pixels",
        "deviation = np.sqrt(np.maximum(squares - mean**2, 0))",
        f"limit = {limit}",
        "limit = np.where(deviation < 1e-06, 0.5, limit)  # where all is one grey",
        _PRINT,
    )
