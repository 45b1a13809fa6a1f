"""An occlusion and the dabs that change most, in plain sentences and as a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.insight.dabs import Dabs
from digits_widget.insight.occlusion import Occlusion

_SIDE = 28

NEEDED = (0.90, 0.38, 0.0)
"""Orange, red green blue in [0, 1]: covering this takes from the digit."""

AGAINST = (0.13, 0.40, 0.78)
"""Blue: covering this gives to the digit. Orange and blue stay apart for all kinds of
colour vision."""

_INK = 0.45
"""How much darker ink is than paper, so that colours are seen on both."""

_FEW = 0.001
"""Points of confidence below which the number itself says nothing."""

_STRONGEST = 0.9
"""How much of the colour there is where the value is largest."""


def heat(image: NDArray[np.float32], grid: NDArray[np.float64]) -> NDArray[np.float32]:
    """Colour an image by the values of a grid over it.

    Parameters
    ----------
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    grid : ndarray
        (k, k), k divides 28. Above 0 is `NEEDED`, below is `AGAINST`; the largest
        distance from 0 gets the full colour.

    Returns
    -------
    ndarray
        (28, 28, 3) float32 in [0, 1], 1 is light.
    """
    factor = len(image) // len(grid)
    values = np.kron(grid, np.ones((factor, factor)))[:, :, np.newaxis]
    share = np.abs(values) / (np.abs(grid).max() or 1) * _STRONGEST
    paper = 1 - _INK * image[:, :, np.newaxis]
    mixed = (1 - share) * paper + share * np.where(values > 0, NEEDED, AGAINST)
    colours: NDArray[np.float32] = mixed.astype(np.float32)
    return colours


def summary(occlusion: Occlusion, dabs: Dabs) -> str:
    """Say both in one sentence."""
    digit = occlusion.before.label
    place = occlusion.strongest()
    if place is None:
        rests = f"No single patch of ink is needed for the {digit}"
    else:
        where = _region(*(_middle(part) for part in occlusion.patches.place(*place)))
        rests = f"The {digit} rests most on the ink {where}"
    changing = [dab for dab in (dabs.more, dabs.less) if dab and dabs.changes(dab)]
    if not changing:
        return f"{rests}; no single dab makes it another digit."
    dab = max(changing, key=lambda each: each.prediction.confidence)
    article = "more" if dab.ink else "less"
    return f"{rests}; one dab {article} makes it {_a(dab.prediction.label)}."


def needed(occlusion: Occlusion) -> str:
    """Say which ink the answer rests on most."""
    place = occlusion.strongest()
    digit = occlusion.before.label
    if place is None:
        return f"Whatever is covered, {_level(occlusion, None)} for the {digit} stays."
    answer = int(occlusion.answers[place])
    then = f", and it becomes {_a(answer)}" if answer != digit else ""
    return (
        f"Needed most: {_where(occlusion, place)}. Covered, {digit} falls from "
        f"{percent(occlusion.before.confidence)} to {_level(occlusion, place)}{then}."
    )


def against(occlusion: Occlusion) -> str:
    """Say which ink speaks against the answer most."""
    place = occlusion.most_against()
    if place is None or f"{100 * -occlusion.falls[place]:.1f}" == "0.0":
        return "No ink speaks against it by a tenth of a point."
    return (
        f"Most against it: {_where(occlusion, place)}. Covered, "
        f"{occlusion.before.label} rises to {_level(occlusion, place)}."
    )


def dab_words(dabs: Dabs, *, ink: bool) -> str:
    """Say what the best dab of ink, or of the eraser, would do."""
    dab = dabs.more if ink else dabs.less
    if dab is None:
        return "No room for a dab." if ink else "No ink to erase."
    answer, digit = dab.prediction, dabs.before.label
    at = f"at row {dab.row}, column {dab.column}"
    if dabs.changes(dab):
        doer = f"A dab of ink {at}" if ink else f"Erasing a dab {at}"
        return f"{doer} makes it {_a(answer.label)} ({percent(answer.confidence)})."
    which = "dab of ink" if ink else "erased dab"
    left = percent(float(answer.confidences[digit]))
    return (
        f"No single {which} changes it. The strongest, {at}, leaves {digit} at {left}."
    )


def scale(occlusion: Occlusion, measure: str) -> tuple[str, str]:
    """Return what the ends of the colours mean: most against and most needed.

    Parameters
    ----------
    occlusion : Occlusion
        What is shown.
    measure : {"confidence", "odds"}
        Points of confidence, or how often the odds double.
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


def percent(share: float) -> str:
    """Return a share as text; no line ends between number and sign."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


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
    """Return where that is, in thirds of the image."""
    down = ("at the top", "", "at the bottom")[int(3 * row // _SIDE)]
    across = ("left", "", "right")[int(3 * column // _SIDE)]
    if not down:
        return f"on the {across}" if across else "in the middle"
    return f"{down} {across}".strip()


def _a(digit: int) -> str:
    return f"{'an' if digit == 8 else 'a'} {digit}"
