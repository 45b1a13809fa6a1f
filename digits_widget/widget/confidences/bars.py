"""Ten bars in a fixed order, as HTML: of confidences, or of logits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.prediction import DIGITS, Prediction

Track = tuple[float, float]
"""Where a bar begins and how long it is, in percent of the track."""


def confidence_bars(prediction: Prediction | None, *, is_stale: bool = False) -> str:
    """Return bars from 0 to 1; empty ones without an answer.

    Parameters
    ----------
    prediction : Prediction or None
        The answer. Its label is marked by a shape and by colour.
    is_stale : bool
        Whether it is about an older drawing: dimmed.
    """
    if prediction is None:
        rows = [_row(digit, (0, 0), "") for digit in range(DIGITS)]
        return _table(rows, "")
    percent = 100 * prediction.confidences
    rows = [
        _row(digit, (0, share), f"{share:.1f}", is_best=digit == prediction.label)
        for digit, share in enumerate(percent.tolist())
    ]
    return _table(rows, "digits-stale" if is_stale else "")


def logit_bars(logits: NDArray[np.float64], *, is_stale: bool = False) -> str:
    """Return bars to both sides of zero, the longest half a track long.

    Parameters
    ----------
    logits : ndarray
        (10,) finite numbers of any size.
    is_stale : bool
        Whether they are about an older drawing: dimmed.
    """
    scale = 50 / max(float(np.abs(logits).max()), 1e-9)
    best = int(logits.argmax())
    rows = [
        _row(digit, _half(value * scale), signed(value), is_best=digit == best)
        for digit, value in enumerate(logits.tolist())
    ]
    kind = "digits-logits digits-stale" if is_stale else "digits-logits"
    return _table(rows, kind)


def signed(value: float) -> str:
    """Return a number with one decimal and a sign that is as wide as a plus."""
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
