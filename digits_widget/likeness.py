"""Is this like the training data? Five gauges against MNIST.

Each band runs from the 5th to the 95th percentile of MNIST's 60,000 training images,
measured by the functions below (ink is byte / 255). If only one end can be wrong, the
band begins at the best value. A digit outside a band is not wrong, but the model was
trained on few like it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import ImageError
from digits_widget.steps.centre import centre_of_mass, ink_box
from digits_widget.steps.checks import checked
from digits_widget.steps.step import Image

_ENDS = {"size": 28.0, "centre": 6.0, "thickness": 8.0, "grey": 1.0, "polarity": 1.0}


@dataclass(frozen=True)
class Gauge:
    """One measured property of a digit, and MNIST's band for it."""

    name: str
    """Slug, such as ``thickness``."""

    title: str
    """Name on screen, such as ``Line thickness``."""

    value: float
    """In `unit`."""

    unit: str
    """``pixels``; empty for a share."""

    low: float
    """MNIST's 5th percentile, or the best value."""

    high: float
    """MNIST's 95th percentile."""

    number: str
    """The value as it is written, such as ``1.4 px``."""

    band: tuple[str, str]
    """`low` and `high` as they are written."""

    cure: str
    """What to do, such as ``use a wider pen``; empty if the value lies in the band."""

    sentence: str
    """The value, MNIST's band and, if the value lies outside, what to do."""

    @property
    def end(self) -> float:
        """End of the gauge's scale, in `unit`; larger values are drawn at the end."""
        return _ENDS[self.name]

    @property
    def is_like(self) -> bool:
        """Whether the value lies in the band."""
        return _lies_in(self.value, self.low, self.high)


@dataclass(frozen=True)
class Likeness:
    """All gauges of one digit."""

    gauges: tuple[Gauge, ...]
    """Size, centre, thickness, greys, polarity."""

    @property
    def is_like(self) -> bool:
        """Whether every value lies in its band."""
        return all(gauge.is_like for gauge in self.gauges)

    def __getitem__(self, name: str) -> Gauge:
        return next(gauge for gauge in self.gauges if gauge.name == name)


@dataclass(frozen=True)
class _Scale:
    """How to measure one gauge, and how to report the value."""

    name: str
    title: str
    unit: str
    low: float
    high: float
    measure: Callable[[Image], float]
    form: str
    says: str
    band: str
    below: str
    above: str

    def read(self, image: Image) -> Gauge:
        value = self.measure(image)
        advice = ""
        if not _lies_in(value, self.low, self.high):
            advice = self.below if value < self.low else self.above
        sentence = f"{self.says.format(value)} MNIST: {self.band}. {advice}".rstrip()
        number = self._written(value) + (" px" if self.unit else "")
        band = self._written(self.low), self._written(self.high)
        cure = advice.partition(": ")[2].rstrip(".")
        return Gauge(
            self.name,
            self.title,
            value,
            self.unit,
            self.low,
            self.high,
            number,
            band,
            cure,
            sentence,
        )

    def _written(self, value: float) -> str:
        return self.form.format(value) if value else "0"


def likeness(image: ArrayLike) -> Likeness:
    """Compare one digit, as the model gets it, with MNIST's.

    Parameters
    ----------
    image : array_like
        (28, 28) floats in [0, 1], 1 is ink: such as ``trace.tensor``.

    Raises
    ------
    ImageError
        Another shape, type or range.
    """
    digit = checked(image)
    if digit.shape != (28, 28):
        msg = f"Got a picture of shape {digit.shape}, expected (28, 28)."
        raise ImageError(msg)
    return Likeness(tuple(scale.read(digit) for scale in _SCALES))


def longest_side(image: Image) -> float:
    """Return the longer side of the box of ink above 0.1, in pixels."""
    box = ink_box((image > 0.1).astype(np.float32))[2]
    return float(max(box.shape)) if box.any() else 0.0


def off_centre(image: Image) -> float:
    """Return how far the centre of mass is from row and column 14, in pixels."""
    row, col = centre_of_mass(image)
    return float(np.hypot(row - 14, col - 14))


def thickness(image: Image) -> float:
    """Return the sum of ink divided by the number of pixels of its skeleton.

    The skeleton of a blot is hardly more than a pixel, so the result is capped at the
    longer side of the picture.
    """
    length = int(skeleton(image > 0.5).sum())
    if not length:
        return 0.0
    return min(float(image.sum()) / length, float(max(image.shape)))


def grey_share(image: Image) -> float:
    """Return the share of greys (below 245) among inked pixels (above 10 of 255)."""
    stored = np.rint(image * 255)
    inked = int((stored > 10).sum())
    return float(((stored > 10) & (stored < 245)).sum()) / inked if inked else 0.0


def border(image: Image) -> float:
    """Return the median of the outermost pixels: 0 where they are paper."""
    edges = (image[0], image[-1], image[1:-1, 0], image[1:-1, -1])
    return float(np.median(np.concatenate(edges)))


def skeleton(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin lines to one pixel by the rules of Guo and Hall (CACM 32, 1989).

    Parameters
    ----------
    ink : ndarray
        (rows, cols) bool.
    """
    thin = ink
    while True:
        before = thin
        for half in (0, 1):
            thin = thin & ~_loose(thin, half)
        if (thin == before).all():
            return thin


def _loose(ink: NDArray[np.bool_], half: int) -> NDArray[np.bool_]:
    """Return the pixels that one half of a round removes, by their 8 neighbours."""
    rows, cols = ink.shape
    padded = np.pad(ink, 1)
    n, ne, e, se, s, sw, w, nw = (
        padded[y : y + rows, x : x + cols]
        for y, x in ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
    )
    pairs = ((n, ne, e), (e, se, s), (s, sw, w), (w, nw, n))
    turns = sum((~a & (b | c)).astype(np.int8) for a, b, c in pairs)
    corners_first = ((nw, n), (ne, e), (se, s), (sw, w))
    corners_last = ((n, ne), (e, se), (s, sw), (w, nw))
    one = sum((a | b).astype(np.int8) for a, b in corners_first)
    two = sum((a | b).astype(np.int8) for a, b in corners_last)
    fewest = np.minimum(one, two)
    held = (n | ne | ~se) & e if half == 0 else (s | sw | ~nw) & w
    loose: NDArray[np.bool_] = (turns == 1) & (fewest >= 2) & (fewest <= 3) & ~held
    return loose


def _lies_in(value: float, low: float, high: float) -> bool:
    return low - 1e-6 <= value <= high + 1e-6


_SCALES = (
    _Scale(
        "size",
        "Size",
        "pixels",
        20.0,
        20.0,
        longest_side,
        "{:.0f}",
        "Longest side {:.0f} px.",
        "20 px",
        "Too small: crop to the ink and fit it in 20x20.",
        "Too large: fit it in 20x20.",
    ),
    _Scale(
        "centre",
        "Centre",
        "pixels",
        0.0,
        0.60,
        off_centre,
        "{:.1f}",
        "Centre of mass {:.1f} px off centre.",
        "0 to 0.6",
        "",
        "Too far: centre the digit by its mass.",
    ),
    _Scale(
        "thickness",
        "Line thickness",
        "pixels",
        1.79,
        4.67,
        thickness,
        "{:.1f}",
        "Lines {:.1f} px thick.",
        "1.8 to 4.7",
        "Too thin: use a wider pen, or draw smaller.",
        "Too thick: use a finer pen, or draw larger.",
    ),
    _Scale(
        "grey",
        "Grey share",
        "",
        0.40,
        0.79,
        grey_share,
        "{:.0%}",
        "{:.0%} of the inked pixels are grey.",
        "40 to 79%",
        "Too few: leave out thresholds and dithering.",
        "Too many: leave out the blur, or use a wider pen.",
    ),
    _Scale(
        "polarity",
        "Polarity",
        "",
        0.0,
        0.0,
        border,
        "{:.2g}",
        "Median of the border {:.2g}.",
        "0",
        "",
        "The paper is not 0: invert the picture, because in MNIST 1 is ink.",
    ),
)
