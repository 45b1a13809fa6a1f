"""Thresholds of a whole picture and of neighbourhoods, as lines to paste."""

from __future__ import annotations

from digits_widget.dithering.pasted.light import WHOLE, Lines

_PRINT = "image = (image > limit).astype(np.float32)"


def fixed(*, threshold: float, ties: str) -> Lines:
    """Write what a fixed threshold does."""
    compare = ">=" if ties == "up" else ">"
    white = f"image * np.float32(255) {compare} {threshold * 255!r}"
    return (f"image = ({white}).astype(np.float32)",)


def eight_bit_fixed() -> Lines:
    """Write the fixed threshold of other programs: 128 and above is white."""
    return (f"image = ({WHOLE} >= 128).astype(np.float32)",)


def mean() -> Lines:
    """Write the threshold at the picture's mean."""
    return (
        "limit = image[None].mean(axis=(1, 2), dtype=np.float64)[0]",
        "limit = 0.5 if np.ptp(image) < 1e-06 else limit",
        _PRINT,
    )


def otsu() -> Lines:
    """Write what `otsu_threshold` finds."""
    return (
        f"counts = np.bincount({WHOLE}.astype(int).ravel(), minlength=256)",
        "below, total = np.cumsum(counts), np.cumsum(counts * np.arange(256))",
        "above = below[-1] - below",
        "with np.errstate(divide='ignore', invalid='ignore'):",
        "    gap = total / below - (total[-1] - total) / above",
        "    between = np.nan_to_num(below * above * gap**2)",
        "best = np.flatnonzero(between == between.max())",
        "limit = (best[0] + best[-1] + 1) / 2 / 255 if between.any() else 0.5",
        _PRINT,
    )


def local(window: int, limit: str) -> Lines:
    """Write a threshold of each neighbourhood.

    Parameters
    ----------
    window : int
        Pixels along the side of the square, odd.
    limit : str
        Python for the threshold, from `mean` and `deviation`.
    """
    half = window // 2
    return (
        "def sums(v):  # of the neighbourhood of each pixel",
        "    v = v.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)",
        f"    v, reach = np.pad(v, ((1, 0), (1, 0))), [[{-half}], [{half + 1}]]",
        "    ends = [np.clip(np.arange(n) + reach, 0, n) for n in image.shape]",
        "    (a, b), (c, d) = ends",
        "    return (v[b] - v[a])[:, d] - (v[b] - v[a])[:, c]",
        "mean = sums(image) / sums(np.ones_like(image))",
        "squares = sums(image.astype(np.float64) ** 2) / sums(np.ones_like(image))",
        "deviation = np.sqrt(np.maximum(squares - mean**2, 0))",
        f"limit = np.where(deviation < 1e-06, 0.5, {limit})",
        _PRINT,
    )
