"""Resizes like ImageMagick's ``-resize 28x28^``, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from digits_widget.steps.checks import checked
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome

_WHITE = 65535
"""ImageMagick rounds to 16 bits after each of its two passes."""

_NUDGE = 1e-12
"""ImageMagick adds this to centres and scales. It decides how sums that end in a half
are rounded, which are common when a picture of few greys shrinks by a whole number."""


@dataclass(frozen=True, kw_only=True)
class MagickResize:
    """Scale the picture until its *smaller* side has `side` pixels.

    It works on any picture, with or without transparency, and equals ImageMagick
    6.9.11-60 and 7.1.1-43. For 16-bit greys, which ImageMagick does not read as
    palettes, set ``filter="lanczos"``: the step cannot tell them from 8-bit greys.
    """

    name: ClassVar[str] = "magick-resize"
    title: ClassVar[str] = "Resize as ImageMagick"

    side: int = option(28, low=1, high=4096)
    """Pixels along the smaller side of the result, 1 to 4096."""

    filter: str = option("auto", choices=("auto", "mitchell", "lanczos"))
    """``mitchell`` or ``lanczos``; ``auto`` chooses like ImageMagick: no filter if the
    size is right already; Mitchell for greys (which it reads as palettes), transparency
    and enlarging; otherwise Lanczos."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the scaled picture."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Scale the picture, and describe the size and the filter."""
        rows, cols = image.shape[:2]
        scale = self.side / min(rows, cols)
        new = int(rows * scale + 0.5), int(cols * scale + 0.5)
        method = self._filter_for(image, scale)
        deep = np.rint(image * np.float64(_WHITE))
        if method != "none":
            deep = _scaled(
                deep, new, {"mitchell": _mitchell, "lanczos": _lanczos}[method]
            )
        scaled = (deep / _WHITE).astype(np.float32)
        caption = self._caption((rows, cols), new, method)
        return Outcome(scaled, caption, {"filter": method, "size": new[::-1]})

    def _caption(self, old: tuple[int, int], new: tuple[int, int], method: str) -> str:
        if method == "none":
            return (
                f"The smaller side of {old[1]}x{old[0]} pixels is already {self.side}, "
                "so nothing was scaled."
            )
        return (
            f"Scaled {old[1]}x{old[0]} to {new[1]}x{new[0]}, the smaller side to "
            f"{self.side} pixels, with the {method} filter and 16-bit rounding."
        )

    def _filter_for(self, image: Image, scale: float) -> str:
        if self.filter != "auto":
            return self.filter
        if scale == 1:
            return "none"
        opaque_colours = image.ndim == 3 and image.shape[2] == 3
        return "lanczos" if opaque_colours and scale <= 1 else "mitchell"

    def code(self) -> tuple[str, ...]:
        """Return lines of NumPy that do the same to any `image`."""
        auto = (
            *_MITCHELL,
            f"if image.shape[2:] == (3,) and {self.side} <= min(image.shape[:2]):",
            *(f"    {line}" for line in _LANCZOS),
        )
        filters = {"auto": auto, "mitchell": _MITCHELL, "lanczos": _LANCZOS}
        return self._code(filters[self.filter], _WEIGH_ANY)

    def code_for_greys(self) -> tuple[str, ...]:
        """Return fewer lines, for an `image` of shape (rows, cols)."""
        return self._code(
            _LANCZOS if self.filter == "lanczos" else _MITCHELL,
            ("deep = weigh(deep)",),
        )

    def _code(self, lines: tuple[str, ...], weigh: tuple[str, ...]) -> tuple[str, ...]:
        scale = f"{self.side} / min(image.shape[:2])"
        nothing_to_do = (
            f"if min(image.shape[:2]) == {self.side}:",
            "    axes = ()",
        )
        return (
            f"size = [int(n * ({scale}) + 0.5) for n in image.shape[:2]]",
            "deep = np.rint(image * np.float64(65535))",
            "# The axis that shrinks more is filtered first.",
            "shrinks = np.divide(size, image.shape[:2])",
            "axes = (0, 1) if shrinks[1] <= shrinks[0] else (1, 0)",
            *(nothing_to_do if self.filter == "auto" else ()),
            "for axis in axes:",
            "    # How far each old pixel lies from each new one.",
            "    old, new = image.shape[axis], size[axis]",
            "    x = (np.arange(new)[:, None] + 0.5) * (old / new) - 0.5 + 1e-12",
            "    x = (np.arange(old) - x) / max(old / new + 1e-12, 1.0)",
            *(f"    {line}" for line in lines),
            "    weights = (weights / weights.sum(axis=1, keepdims=True)).T",
            "",
            "    def weigh(values):",
            "        lines = zip(weights, values.swapaxes(0, axis))",
            "        total = sum(np.multiply.outer(w, line) for w, line in lines)",
            "        return total.swapaxes(0, axis)",
            "",
            *(f"    {line}" for line in weigh),
            "    deep = np.clip(np.floor(deep + 0.5), 0, 65535)",
            "image = (deep / 65535).astype(np.float32)",
        )


_MITCHELL = (
    "far = np.clip(2 - abs(x), 0, None) ** 2 * (8 - 7 * abs(x))",
    "weights = np.where(abs(x) < 1, (21 * abs(x) - 36) * abs(x) ** 2 + 16, far)",
)
_LANCZOS = ("weights = np.where(abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)",)

_WEIGH_ANY = (
    "if deep.shape[2:] == (4,):  # colours count as much as they are opaque",
    "    alpha = deep[..., 3:] / 65535",
    "    opacity = weigh(alpha)",
    "    sums = weigh(deep[..., :3] * alpha)",
    "    sums = sums / np.where(abs(opacity) < 1e-12, 1, opacity)",
    "    deep = np.concatenate([sums, opacity * 65535], axis=2)",
    "else:",
    "    deep = weigh(deep)",
)


def _scaled(
    deep: NDArray[np.float64],
    new: tuple[int, int],
    weights: Callable[[int, int], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Filter both axes, first the one that shrinks more; the rows if equal."""
    old = deep.shape
    passes = [(axis, weights(old[axis], new[axis])) for axis in (0, 1)]
    if new[1] / old[1] > new[0] / old[0]:
        passes.reverse()
    for axis, weight in passes:
        deep = _filter(deep, weight, axis)
    return deep


def _filter(
    deep: NDArray[np.float64], weights: NDArray[np.float64], axis: int
) -> NDArray[np.float64]:
    """Filter along one axis, with colours weighted by their opacity."""
    if deep.ndim == 3 and deep.shape[2] == 4:
        alpha = deep[..., 3:] / _WHITE
        colours = _weigh(deep[..., :3] * alpha, weights, axis)
        opacity = _weigh(alpha, weights, axis)
        # Fully transparent pixels have no colour: black, as in ImageMagick.
        colours = colours / np.where(abs(opacity) < 1e-12, 1, opacity)
        deep = np.concatenate([colours, opacity * _WHITE], axis=2)
    else:
        deep = _weigh(deep, weights, axis)
    rounded: NDArray[np.float64] = np.clip(np.floor(deep + 0.5), 0, _WHITE)
    return rounded


def _weigh(
    deep: NDArray[np.float64], weights: NDArray[np.float64], axis: int
) -> NDArray[np.float64]:
    """Sum along one axis in ImageMagick's order, from the first pixel to the last.

    A matrix product adds in another order, and if a sum ends in a half, its last bit
    decides the rounding. A product is not faster either: for one this small, waking the
    threads of a linear algebra library takes longer than all the sums.
    """
    lines = np.ascontiguousarray(deep.swapaxes(0, axis))
    lengths = (weights != 0).sum(axis=1)
    first = np.minimum((weights != 0).argmax(axis=1), len(lines) - lengths.max())
    flat = lines.reshape(len(lines), -1)
    total = np.zeros((len(weights), flat.shape[1]))
    share = np.empty_like(total)
    for place in range(lengths.max()):
        flat.take(first + place, axis=0, out=share, mode="clip")
        share *= weights[np.arange(len(weights)), first + place, np.newaxis]
        total += share
    return total.reshape(-1, *lines.shape[1:]).swapaxes(0, axis)


def _distances(old: int, new: int) -> NDArray[np.float64]:
    """Return distances of old pixels from new ones, in steps of the coarser grid."""
    middle = (np.arange(new)[:, None] + 0.5) * (old / new) - 0.5 + _NUDGE
    return np.asarray((np.arange(old) - middle) / max(old / new + _NUDGE, 1.0))


def _mitchell(old: int, new: int) -> NDArray[np.float64]:
    """Return the weights of Mitchell and Netravali's filter: (new, old) float64."""
    x = abs(_distances(old, new))
    far = np.clip(2 - x, 0, None) ** 2 * (8 - 7 * x)
    weights = np.where(x < 1, (21 * x - 36) * x**2 + 16, far)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _lanczos(old: int, new: int) -> NDArray[np.float64]:
    """Return the weights of the three-lobed Lanczos filter: (new, old) float64."""
    x = _distances(old, new)
    weights = np.where(abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
