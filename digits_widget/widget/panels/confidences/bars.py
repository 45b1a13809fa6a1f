"""Ten bars, as HTML: of confidences, of their odds, or of logits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.prediction import DIGITS, Prediction

Order = Sequence[int]
"""The digits from the top."""

IN_ORDER: Order = range(DIGITS)
"""From 0 to 9."""

Track = tuple[float, float]
"""Start and length of a bar, in percent of the track."""


def confidence_bars(
    prediction: Prediction | None, *, is_stale: bool = False, order: Order = IN_ORDER
) -> str:
    """Return bars from 0 to 1; empty ones without an answer.

    Parameters
    ----------
    prediction : Prediction or None
        The answer. A shape and a colour mark the bar of its label.
    is_stale : bool
        Whether the answer is about an older drawing; its bars are dimmed.
    order : sequence of int
        The digits from the top.
    """
    if prediction is None:
        rows = [_row(digit, (0, 0), "") for digit in range(DIGITS)]
        return _table(rows, "")
    percent = 100 * prediction.confidences
    rows = [
        _row(digit, (0, share), f"{share:.1f}", is_best=digit == prediction.label)
        for digit, share in enumerate(percent.tolist())
    ]
    return _table([rows[digit] for digit in order], "digits-stale" if is_stale else "")


DECADES = 12
"""The log scale goes from odds of 1 to 10^12 against a digit to 10^12 to 1 for it."""


def log_odds_bars(
    prediction: Prediction | None, *, is_stale: bool = False, order: Order = IN_ORDER
) -> str:
    """Return bars by the decimal logarithm of the odds; half a bar is 50 %.

    Parameters
    ----------
    prediction : Prediction or None
        The answer.
    is_stale : bool
        Whether the answer is about an older drawing; its bars are dimmed.
    order : sequence of int
        The digits from the top.
    """
    if prediction is None:
        empty = [_row(digit, (0, 0), "") for digit in range(DIGITS)]
        return _table(empty, "digits-log") + _SCALE
    rows = [
        _row(
            digit, (0, _place(share)), _exact(share), is_best=digit == prediction.label
        )
        for digit, share in enumerate(prediction.confidences.tolist())
    ]
    kind = "digits-log digits-stale" if is_stale else "digits-log"
    return _table([rows[digit] for digit in order], kind) + _SCALE


_SCALE = (
    '<div class="digits-scale" aria-hidden="true">'
    "<span>10<sup>-10</sup></span><span>50</span></div>"
)
"""Confidences in percent, below the start and the middle of a track."""


def _place(share: float) -> float:
    """Return the length of a share's bar, in percent of the track."""
    tiny = 10.0**-DECADES
    kept = min(max(share, tiny), 1 - tiny)
    return 50 + 50 * math.log10(kept / (1 - kept)) / DECADES


def _exact(share: float) -> str:
    """Write a share in percent, with the digits that tell it from 0 and from 100."""
    percent = 100 * share
    if percent > 99.9999:
        return "&gt;99.9999"
    if percent < 0.0001:
        return f"10<sup>{round(math.log10(percent))}</sup>" if percent else "0"
    distance = float(f"{min(percent, 100 - percent):.1g}")
    return f"{percent:.{max(1, -math.floor(math.log10(distance)))}f}"


def logit_bars(
    logits: NDArray[np.float64], *, is_stale: bool = False, order: Order = IN_ORDER
) -> str:
    """Return bars to both sides of zero, the longest half a track long.

    Parameters
    ----------
    logits : ndarray
        (10,) finite numbers of any size.
    is_stale : bool
        Whether they are about an older drawing; their bars are dimmed.
    order : sequence of int
        The digits from the top.
    """
    scale = 50 / max(float(np.abs(logits).max()), 1e-9)
    best = int(logits.argmax())
    rows = [
        _row(digit, _half(value * scale), signed(value), is_best=digit == best)
        for digit, value in enumerate(logits.tolist())
    ]
    kind = "digits-logits digits-stale" if is_stale else "digits-logits"
    return _table([rows[digit] for digit in order], kind)


def signed(value: float) -> str:
    """Return a number with one decimal, and a minus sign as wide as a plus."""
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _half(length: float) -> Track:
    return (50 if length > 0 else 50 + length), abs(length)


def _table(rows: list[str], kind: str) -> str:
    return (
        f'<table class="digits-bars {kind}" aria-hidden="true">{"".join(rows)}</table>'
    )


def _row(digit: int, track: Track, number: str, *, is_best: bool = False) -> str:
    left, length = track
    begin = f"margin-left:{left:.2f}%;" if left else ""
    return (
        f'<tr class="{"digits-best" if is_best else ""}"><th>{digit}</th>'
        f'<td class="digits-track"><div style="{begin}width:{length:.2f}%"></div></td>'
        f'<td class="digits-number">{number}</td>'
        f'<td class="digits-mark">{"◀" if is_best else ""}</td></tr>'
    )
