"""Describes an occlusion and its counterfactuals in sentences and as a heat map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from digits_widget.certainty import percent
from digits_widget.insight.counterfactuals import Counterfactuals
from digits_widget.insight.occlusion import Occlusion

_SIDE = 28

NEEDED = (0.90, 0.38, 0.0)
"""Orange, as RGB in [0, 1]: covering this ink lowers the confidence."""

AGAINST = (0.13, 0.40, 0.78)
"""Blue: covering this ink raises the confidence. Orange and blue differ in all kinds of
colour vision."""

_INK = 0.45
"""How much darker ink is than paper, so that colours are visible on both."""

_FEW = 0.001
"""Smaller changes, in percentage points, are not worth a number."""

_FINE = 8
"""Pixels of the heat map along the side of one of the image's."""

_STRONGEST = 0.9
"""Share of the colour at the largest value."""


def heat(image: NDArray[np.float32], grid: NDArray[np.float64]) -> NDArray[np.float32]:
    """Colour an image by the values of a grid over it, smoothly from place to place.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    grid : ndarray
        (k, k). Values above 0 get the colour `NEEDED`, below 0 `AGAINST`;
        the largest absolute value gets the full colour.

    Returns
    -------
    ndarray
        (224, 224, 3) float32 in [0, 1], 1 is light.
    """
    side = _FINE * len(image)
    smooth = Picture.fromarray(grid.astype(np.float32)).resize(
        (side, side), Picture.Resampling.BILINEAR
    )
    values = np.asarray(smooth)[:, :, np.newaxis]
    share = np.abs(values) / (np.abs(grid).max() or 1) * _STRONGEST
    paper = 1 - _INK * np.kron(image, np.ones((_FINE, _FINE)))[:, :, np.newaxis]
    mixed = (1 - share) * paper + share * np.where(values > 0, NEEDED, AGAINST)
    colours: NDArray[np.float32] = mixed.astype(np.float32)
    return colours


def summary(occlusion: Occlusion, counterfactuals: Counterfactuals) -> str:
    """Describe an occlusion and its counterfactuals in one sentence.

    Parameters
    ----------
    occlusion : Occlusion
        The places that the answer needs.
    counterfactuals : Counterfactuals
        The dabs that change the answer most.
    """
    digit = occlusion.before.label
    place = occlusion.strongest()
    if place is None:
        rests = f"No single patch of ink is needed for the {digit}"
    else:
        where = _region(*(_middle(part) for part in occlusion.patches.place(*place)))
        rests = f"The {digit} rests most on the ink {where}"
    changing = [
        dab
        for dab in (counterfactuals.more, counterfactuals.less)
        if dab and counterfactuals.changes(dab)
    ]
    if not changing:
        return f"{rests}; no single dab makes it another digit, several may."
    dab = max(changing, key=lambda each: each.prediction.confidence)
    article = "more" if dab.ink else "less"
    return f"{rests}; one dab {article} makes it {a_digit(dab.prediction.label)}."


def needed(occlusion: Occlusion) -> str:
    """Describe the ink that the answer needs most."""
    place = occlusion.strongest()
    digit = occlusion.before.label
    if place is None:
        return f"Covering any place leaves the {digit} at {_level(occlusion, None)}."
    answer = int(occlusion.answers[place])
    then = f", and it becomes {a_digit(answer)}" if answer != digit else ""
    return (
        f"Needed most: {_where(occlusion, place)}. Covered, {digit} falls from "
        f"{percent(occlusion.before.confidence)} to {_level(occlusion, place)}{then}."
    )


def against(occlusion: Occlusion) -> str:
    """Describe the ink that speaks against the answer most."""
    place = occlusion.most_against()
    if place is None or f"{100 * -occlusion.falls[place]:.1f}" == "0.0":
        return "No ink speaks against it by a tenth of a point."
    return (
        f"Most against it: {_where(occlusion, place)}. Covered, "
        f"{occlusion.before.label} rises to {_level(occlusion, place)}."
    )


def dab_words(counterfactuals: Counterfactuals, *, ink: bool) -> str:
    """Describe the effect of the best dab of ink or of the eraser.

    Parameters
    ----------
    counterfactuals : Counterfactuals
        The dabs that change the answer most.
    ink : bool
        True for the added dab, False for the erased one.
    """
    dab = counterfactuals.more if ink else counterfactuals.less
    if dab is None:
        return "No room for a dab." if ink else "No ink to erase."
    answer, digit = dab.prediction, counterfactuals.before.label
    at = f"at row {dab.row}, column {dab.column}"
    if counterfactuals.changes(dab):
        doer = f"A dab of ink {at}" if ink else f"Erasing a dab {at}"
        return (
            f"{doer} makes it {a_digit(answer.label)} ({percent(answer.confidence)})."
        )
    which = "dab of ink" if ink else "erased dab"
    left = percent(float(answer.confidences[digit]))
    return (
        f"No single {which} changes it. The strongest, {at}, leaves {digit} at {left}."
    )


def scale(occlusion: Occlusion, measure: str) -> tuple[str, str]:
    """Return the labels of the colour scale's ends: most against and most needed.

    Parameters
    ----------
    occlusion : Occlusion
        The occlusion on show.
    measure : {"confidence", "odds"}
        Percentage points of confidence, or doublings of the odds.
    """
    digit = occlusion.before.label
    if measure == "odds":
        bits = float(np.abs(occlusion.bits).max())
        return f"{bits:.1f} doublings", f"{bits:.1f} halvings"
    points = 100 * float(np.abs(occlusion.falls).max())
    size = f"{points:.1f}" if points >= 0.1 else f"{points:.1g}"
    if 0 < points < _FEW:
        size = f"under {_FEW}"
    return f"{digit} rises {size} points", f"{digit} falls {size} points"


def _level(occlusion: Occlusion, place: tuple[int, int] | None) -> str:
    fall = 0.0 if place is None else float(occlusion.falls[place])
    return percent(occlusion.before.confidence - fall)


def _where(occlusion: Occlusion, place: tuple[int, int]) -> str:
    rows, columns = occlusion.patches.place(*place)
    return (
        f"the ink {_region(_middle(rows), _middle(columns))} (rows {_span(rows)}, "
        f"columns {_span(columns)})"
    )


def _span(part: slice) -> str:
    return f"{part.start} to {min(part.stop, _SIDE) - 1}"


def _middle(part: slice) -> float:
    return float((part.start + min(part.stop, _SIDE) - 1) / 2)


def _region(row: float, column: float) -> str:
    """Return the region of a pixel, in thirds of the image."""
    down = ("at the top", "", "at the bottom")[int(3 * row // _SIDE)]
    across = ("left", "", "right")[int(3 * column // _SIDE)]
    if not down:
        return f"on the {across}" if across else "in the middle"
    return f"{down} {across}".strip()


def a_digit(digit: int) -> str:
    """Return a digit with its article: ``a 9``, ``an 8``."""
    return f"{'an' if digit == 8 else 'a'} {digit}"
