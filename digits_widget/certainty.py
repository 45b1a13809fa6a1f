"""`Certainty`: how sure an answer is, in words.

Confidences of two models are not comparable, so there are only four verdicts. Their
limits were chosen from the answers of both bundled models. The table counts them with
the ``mnist`` preset over the 8,151 pen digits (version 1 was not trained on them,
version 2 was), MNIST's 10,000 test images, and the 2,002 scribbles, letters and plain
fields of `evaluation/nondigit_confidence.py`; version 1 first, then version 2:

========================  =================  =================  ==================
verdict                   pen digits         MNIST              not a digit
========================  =================  =================  ==================
sure: share               96.1 %, 99.1 %     98.7 %, 98.8 %     59.2 %, 5.4 %
sure: right               97.5 %, 99.5 %     99.8 %, 99.9 %
fairly sure: share        2.1 %, 0.5 %       0.8 %, 0.8 %       20.3 %, 7.2 %
fairly sure: right        67 %, 82 %         66 %, 90 %
wavers: share             1.6 %, 0.3 %       0.5 %, 0.4 %       15.0 %, 3.1 %
wavers: one of the two    81 %, 100 %        96 %, 100 %
not sure: share           0.2 %, 0.1 %       0.1 %, 0.1 %       5.5 %, 84.2 %
========================  =================  =================  ==================

So below `FAIRLY` every second or third answer is wrong. Where two digits share the
confidence, one of them is right. Otherwise the drawing is most likely not a digit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from digits_widget.prediction import DIGITS, Prediction

SURE = 0.9
"""A model is sure above this confidence."""

FAIRLY = 0.7
"""An answer is fairly sure from this confidence up to `SURE`, and not sure below."""

TWO = 0.8
"""An unsure answer wavers between its best two digits if they sum to this or more."""

_SPACE = "\N{NO-BREAK SPACE}"
"""Between a number and its sign, so that no line ends there."""

Verdict = Literal["sure", "fairly sure", "wavers", "not sure"]


@dataclass(frozen=True)
class Certainty:
    """How sure an answer is."""

    verdict: Verdict
    """``sure``, ``fairly sure``, ``wavers`` or ``not sure``."""

    words: str
    """The verdict as a sentence, such as ``Wavers between 4 and 9.``"""

    numbers: str
    """The margin in percentage points and the entropy in bits, as a sentence."""

    @property
    def is_sure(self) -> bool:
        """Whether the label needs no warning."""
        return self.verdict in {"sure", "fairly sure"}


def certainty(prediction: Prediction) -> Certainty:
    """Judge how sure an answer is, from its best confidence and its best two."""
    verdict = _verdict(prediction)
    first, second = sorted(prediction.ranking[:2])
    other = prediction.ranking[1]
    runner_up = (
        f"the runner-up, {other}, has {percent(float(prediction.confidences[other]))}."
    )
    words = {
        "sure": f"Sure: {runner_up}",
        "fairly sure": f"Fairly sure: {runner_up}",
        "wavers": f"Wavers between {first} and {second}.",
        "not sure": "Not sure: perhaps this is not a digit.",
    }
    numbers = (
        f"Margin {100 * prediction.margin:.1f} percentage points; "
        f"entropy {prediction.entropy:.2f} of {math.log2(DIGITS):.2f} bits."
    )
    return Certainty(verdict, words[verdict], numbers)


def differ(first: Prediction, second: Prediction) -> bool:
    """Return whether two answers differ: in the digit, or in that only one is sure.

    Parameters
    ----------
    first, second : Prediction
        Answers of two models about one drawing.
    """
    is_sure = [certainty(answer).is_sure for answer in (first, second)]
    return first.label != second.label or is_sure[0] != is_sure[1]


def describe(prediction: Prediction) -> str:
    """Say the answer as a headline, such as "5, sure" or "5 or 8: 61 % and 33 %"."""
    first, second = prediction.ranking[:2]
    best, next_best = (
        percent(float(prediction.confidences[i])) for i in (first, second)
    )
    words = {
        "sure": f"{first}, sure",
        "fairly sure": f"Probably {first}: {best}",
        "wavers": f"{first} or {second}: {best} and {next_best}",
        "not sure": f"Not sure, perhaps {first}: {best}",
    }
    return words[_verdict(prediction)]


def percent(share: float) -> str:
    """Write a share in [0, 1] with no more digits than a reader can use."""
    if share < 0.001:
        return f"under 0.1{_SPACE}%"
    if share > 0.999:
        return f"over 99.9{_SPACE}%"
    decimals = 0 if 0.01 <= share <= 0.99 else 1
    return f"{100 * share:.{decimals}f}{_SPACE}%"


def _verdict(prediction: Prediction) -> Verdict:
    best = prediction.confidence
    if best > SURE:
        return "sure"
    if best >= FAIRLY:
        return "fairly sure"
    return "wavers" if 2 * best - prediction.margin >= TWO else "not sure"
