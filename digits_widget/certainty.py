"""`Certainty`: how sure an answer is, in words.

The same ten numbers mean different things to different models, so the words are coarse,
and were set by what both shipped models answer. Counted with the ``mnist`` preset over
the 8,151 pen digits (version 1 never saw one; version 2 learnt from them), MNIST's
10,000 test images, and the 2,002 scribbles, letters and plain fields of
`evaluation/doubt.py`; version 1 first, then version 2:

========================  =================  =================  ==================
words                     pen digits         MNIST              no digit at all
========================  =================  =================  ==================
sure: share               96.1 %, 99.1 %     98.7 %, 98.8 %     59.2 %, 5.4 %
sure: right               97.5 %, 99.5 %     99.8 %, 99.9 %
fairly sure: share        2.1 %, 0.5 %       0.8 %, 0.8 %       20.3 %, 7.2 %
fairly sure: right        67 %, 82 %         66 %, 90 %
wavers: share             1.6 %, 0.3 %       0.5 %, 0.4 %       15.0 %, 3.1 %
wavers: one of the two    81 %, 100 %        96 %, 100 %
not sure: share           0.2 %, 0.1 %       0.1 %, 0.1 %       5.5 %, 84.2 %
========================  =================  =================  ==================

So below `FAIRLY` every second or third answer is wrong; where two digits share the
confidence, one of them is it; and where not even two do, it is most likely no digit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from digits_widget.evaluation.doubt import SURE
from digits_widget.prediction import DIGITS, Prediction

FAIRLY = 0.7
"""From this confidence up to `SURE` an answer is fairly sure. Below it is not sure."""

TWO = 0.8
"""Where the best two hold this much together, an unsure answer wavers between them."""

Verdict = Literal["sure", "fairly sure", "wavers", "not sure"]


@dataclass(frozen=True)
class Certainty:
    """How sure an answer is."""

    verdict: Verdict
    """In one word or two."""

    words: str
    """The same as a sentence, such as ``Wavers between 4 and 9.``"""

    numbers: str
    """What it rests on: the margin in points of a hundred, and the doubt in bits."""

    @property
    def is_sure(self) -> bool:
        """Whether the label can be said without a warning."""
        return self.verdict in {"sure", "fairly sure"}


def certainty(prediction: Prediction) -> Certainty:
    """Say how sure an answer is: by its best confidence, and by the best two."""
    verdict = _verdict(prediction)
    first, second = sorted(prediction.ranking[:2])
    words = {
        "sure": "Sure.",
        "fairly sure": "Fairly sure.",
        "wavers": f"Wavers between {first} and {second}.",
        "not sure": "Not sure, perhaps this is no digit: many are possible.",
    }
    numbers = (
        f"{100 * prediction.margin:.1f} points ahead of the second, "
        f"{prediction.entropy:.2f} of {math.log2(DIGITS):.2f} bits of doubt."
    )
    return Certainty(verdict, words[verdict], numbers)


def _verdict(prediction: Prediction) -> Verdict:
    best = prediction.confidence
    if best > SURE:
        return "sure"
    if best >= FAIRLY:
        return "fairly sure"
    return "wavers" if 2 * best - prediction.margin >= TWO else "not sure"
