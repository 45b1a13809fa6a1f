"""Separates ink from paper in a photograph or a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from digits_widget.steps.background import (
    closing,
    local_median,
    over_square,
    resized,
    smooth,
)
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.components import components
from digits_widget.steps.parameters import check_fields, option
from digits_widget.steps.step import Image, Outcome

_LEVEL = 4.1 / 255
"""Tolerance around white or black paper in a clean drawing, for JPEG's errors."""

_SMALL = 256
"""Pixels along the longer side of the small picture in which ink is searched."""

_LINES = (1 / 16, 1 / 10, 1 / 6, 1 / 4)
"""Line widths to try, narrowest first, as shares of the longer side."""

_STRONGEST = 40
"""Pixels of the small picture that decide the darkness of the ink; more than a
speck."""

_FAINTEST = 0.09
"""Least contrast of ink. The grain of paper and JPEG's errors have less."""

_FAINTEST_AREA = 0.2
"""Least contrast of parts wider than lines; the edge of a shadow has less."""

_NOISE = 4.0
"""Least contrast of ink, in standard deviations of the paper's noise."""

_DIGIT = 0.1
"""Least share of the ink in a part away from the edge that counts as the digit."""


_RULES = 3
"""Lines that end at opposite edges of the picture: so many are a ruled sheet's."""

_PIECES = 10
"""Parts all over the picture: so many are pieces of a squared sheet's lines."""


class _Ink(NamedTuple):
    """Paper and ink in the small picture."""

    light: Image
    """Brightness of the paper at each pixel, with its noise."""

    parts: Image
    """1 for ink, 0 elsewhere."""

    threshold: float
    """Least contrast of ink."""

    strength: float
    """Contrast of the ink, in [0, 1]."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """Make the paper of a photograph plain white and its ink black.

    In a photograph no sheet is white or evenly lit. The step estimates the light at
    each pixel from the paper around it: a grey closing removes the lines and keeps the
    edges of shadows. Pixels that are darker than their paper, beyond noise, are ink.
    The step keeps the parts that are strong and large enough and, if there are any,
    away from the edge of the picture; tables, frames and specks disappear. Finally,
    greys below `low` of the way from paper to ink become paper, and those above `high`
    become ink.

    The step also finds chalk on a board, which becomes white on black. A clean drawing
    on plain white or black paper does not change. Put `Polarity` after this step.

    Notes
    -----
    Ink relative to its surroundings is the idea of J. Sauvola and M. Pietikäinen
    (Pattern Recognition 33, 2000) and of D. Bradley and G. Roth (Journal of Graphics
    Tools 12, 2007); the closing in place of their mean is the rolling ball of
    S. Sternberg (IEEE Computer 16, 1983) with a flat square.
    """

    name: ClassVar[str] = "paper"
    title: ClassVar[str] = "Find paper and ink"
    pictures_only: ClassVar[bool] = True

    ink: str = option("auto", choices=("auto", "dark", "light"))
    """``auto`` decides whether the ink is dark or light; ``dark`` and ``light`` set
    it."""

    low: float = option(0.35, low=0.05, high=0.5)
    """Greys up to this share of the way from paper to ink become paper, 0.05 to 0.5."""

    high: float = option(0.75, low=0.55, high=1)
    """Greys from this share of the way from paper to ink become ink, 0.55 to 1."""

    specks: float = option(0.06, low=0, high=0.5, pace=0.01)
    """Parts with less than this share of the largest part's ink are specks, 0 to
    0.5."""

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, image: Image) -> Image:
        """Return the picture as light, with plain paper."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Find paper and ink, and describe their brightness."""
        check_flat(image, self.title)
        if not np.ptp(image):
            return _of_one_grey(image)
        if (grey := _clean(image)) is not None:
            caption = f"The paper is already plain {grey}, so nothing changed."
            return Outcome(image, caption, {"clean": True})
        small = _small(image)
        dark = _is_ink_dark(small) if self.ink == "auto" else self.ink == "dark"
        found = self._find(small if dark else 1 - small)
        kind = "dark" if dark else "light"
        if found is None:
            blank = np.full_like(image, 1 if dark else 0)
            caption = (
                "Nothing stands out from the paper's noise, so everything became paper."
            )
            return Outcome(blank, caption, {"clean": False, "ink": None})
        cleaned, contrast = self._cleaned(image if dark else 1 - image, found)
        outside = _median_of(image)
        caption = (
            f"Paper with median brightness {outside:.2f} and {kind} ink, contrast "
            f"{contrast:.0%}: below {self.low:.0%} of that is paper now, above "
            f"{self.high:.0%} is ink."
        )
        decided = {"clean": False, "ink": kind, "paper": outside, "contrast": contrast}
        return Outcome(1 - cleaned if dark else cleaned, caption, decided)

    def _find(self, light: Image) -> _Ink | None:
        """Find dark ink in the small picture."""
        paper, contrast, least = _lit(light)
        strength = _strongest(contrast)
        grain = contrast[contrast < strength / 2]
        noise = _deviation(grain)
        least = max(_NOISE * noise, least)
        # Where the paper is as good as white, its noise looks like strong light ink.
        apart = contrast * paper
        if _strongest(apart) < _NOISE * _deviation(apart[contrast < strength / 2]):
            return None
        rest: _Ink | None = None
        # The darkest part may be the edge of a table: then search again without it.
        for _ in range(3):
            strength = _strongest(contrast)
            if strength < least:
                break
            threshold = max(self.low * strength, _NOISE * noise)
            mask = contrast > threshold
            parts, is_inside = self._chosen(mask, contrast, strength)
            found = _Ink(paper, _grown(parts), threshold, strength)
            if not _is_ruled(parts):
                if is_inside:
                    return found
                rest = rest or (found if parts.any() else None)
            contrast = np.where(_grown(mask) > 0, 0, contrast)
        return rest

    def _chosen(
        self, mask: NDArray[np.bool_], contrast: Image, strength: float
    ) -> tuple[NDArray[np.bool_], bool]:
        """Return the parts of the mask to keep, and whether they avoid the edge."""
        labels, count = components(mask)
        weight = np.bincount(labels.ravel(), contrast.ravel(), count + 1)
        darkest = np.zeros(count + 1)
        np.maximum.at(darkest, labels.ravel(), contrast.ravel())
        weight[0] = darkest[0] = 0
        strong = (darkest > 0.55 * strength) & (
            np.bincount(labels.ravel(), minlength=count + 1) > 2
        )
        inside = strong.copy()
        inside[_edge(labels)] = False
        most = weight[strong].max(initial=0)
        is_inside = bool(weight[inside].max(initial=0) > _DIGIT * most)
        kept = inside if is_inside else strong
        kept &= weight >= self.specks * weight[kept].max(initial=0)
        return kept[labels], is_inside

    def _cleaned(self, light: Image, found: _Ink) -> tuple[Image, float]:
        """Return the ink in all pixels, (rows, cols) in [0, 1], and its contrast."""
        size = (light.shape[1], light.shape[0])
        paper = resized(found.light, size, Pillow.Resampling.BILINEAR)
        near = resized(found.parts, size, Pillow.Resampling.BILINEAR)
        contrast = 1 - light / paper
        inked = contrast[(near > 0.5) & (contrast > found.threshold)]
        strength = float(np.percentile(inked, 80)) if inked.size else found.strength
        width = (self.high - self.low) * strength
        ink = np.clip((contrast - self.low * strength) / width, 0, 1)
        ink *= np.clip(2 * near - 0.5, 0, 1)
        return ink.astype(np.float32), strength

    def code(self) -> tuple[str, ...]:
        """Return lines that do the same to `image`; they import this package."""
        chosen = {
            name: getattr(self, name) for name in ("ink", "low", "high", "specks")
        }
        plain = Paper()
        told = ", ".join(
            f"{name}={value!r}"
            for name, value in chosen.items()
            if value != getattr(plain, name)
        )
        return (
            "from digits_widget.steps import Paper",
            f"image = Paper({told})(image)",
        )


def _of_one_grey(image: Image) -> Outcome:
    grey = float(image[0, 0])
    caption = f"Every pixel has the same grey, {grey:.2f}, so everything is paper."
    paper = np.full_like(image, 1 if grey > 0.5 else 0)
    return Outcome(paper, caption, {"clean": False, "ink": None})


def _is_ruled(parts: NDArray[np.bool_]) -> bool:
    """Return whether the parts are the lines of a ruled or squared sheet."""
    left, top, right, bottom = (
        np.count_nonzero(np.diff(edge.astype(np.int8), prepend=0) == 1)
        for edge in (parts[:, 0], parts[0], parts[:, -1], parts[-1])
    )
    if max(min(left, right), min(top, bottom)) >= _RULES:
        return True
    pieces = components(parts)[1]
    return pieces >= _PIECES and all(map(_reaches_far, (parts, parts.T)))


def _reaches_far(parts: NDArray[np.bool_]) -> bool:
    """Return whether there is something in the first and the last tenth of the rows."""
    tenth = len(parts) // 10 + 1
    return bool(parts[:tenth].any() and parts[-tenth:].any())


def _edge(image: NDArray[Any]) -> NDArray[Any]:
    """Return the outermost pixels."""
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def _clean(image: Image) -> str | None:
    """Return the grey of a drawing's plain paper, or None for a photograph.

    Paper is plain if the edge and a quarter of the picture are all white or all black,
    and the ink has a strong contrast.
    """
    edge = _edge(image)
    for grey, name in ((1, "white"), (0, "black")):
        away = np.abs(edge - grey)
        if float((away < _LEVEL).mean()) < 0.95:
            continue
        away = np.abs(image - grey)
        if away.max() >= 0.5 and float((away < _LEVEL).mean()) >= 0.25:
            return name
    return None


def _small(image: Image) -> Image:
    factor = -(-max(image.shape) // _SMALL)
    picture = Pillow.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.reduce(factor))


def _is_ink_dark(light: Image) -> bool:
    """Return whether the pixels that differ most from their surroundings are darker."""
    apart = (light - local_median(light)).astype(np.float64)
    return float((apart**3).sum()) <= 0


def _lit(light: Image) -> tuple[Image, Image, float]:
    """Return the light on the paper, the contrast of each pixel, and the least of ink.

    The narrowest square that is wider than the lines follows uneven light best.
    """
    soft, side = smooth(light), max(light.shape)
    *narrower, widest = (int(side * share) | 1 for share in _LINES)
    paper, contrast = _against(light, closing(soft, widest))
    limit = _strongest(contrast) / 2
    for width in narrower:
        closer = _against(light, closing(soft, width))
        if (closer[1] > limit).sum() >= 0.9 * (contrast > limit).sum():
            return *closer, _FAINTEST
    return paper, contrast, _FAINTEST_AREA


def _against(light: Image, paper: Image) -> tuple[Image, Image]:
    """Return the paper without its noise, and the contrast of each pixel."""
    paper = np.maximum(paper, 0.02)
    paper = paper * (1 - float(np.median(1 - light / paper)))
    return paper, 1 - light / paper


def _deviation(grain: Image) -> float:
    """Return the standard deviation of noise around 0, whatever else is in it."""
    return 1.4826 * float(np.median(np.abs(grain))) if grain.size else 0.0


def _strongest(contrast: Image) -> float:
    """Return the contrast that only a few pixels exceed, more than a speck has."""
    count = min(_STRONGEST, contrast.size // 20 + 1)
    return float(np.partition(contrast.ravel(), -count)[-count])


def _grown(mask: NDArray[np.bool_]) -> Image:
    return over_square(mask.astype(np.float32), 3, np.maximum)


def _median_of(image: Image) -> float:
    return float(np.median(image[:: max(1, len(image) // 256)]))
