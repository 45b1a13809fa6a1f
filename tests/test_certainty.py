from __future__ import annotations

import numpy as np
import pytest

from digits_widget.certainty import FAIRLY, SURE, certainty
from digits_widget.prediction import Prediction


def answer(**confidences: float) -> Prediction:
    """Answer as the keywords say, such as ``d4=0.6``; the rest is shared evenly."""
    values = np.full(10, (1 - sum(confidences.values())) / (10 - len(confidences)))
    for name, value in confidences.items():
        values[int(name[1:])] = value
    return Prediction(values)


@pytest.mark.parametrize(
    ("prediction", "verdict", "words"),
    [
        (answer(d3=1.0), "sure", "Sure: the runner-up, 0, has under 0.1_%."),
        (answer(d3=0.995, d8=0.004), "sure", "Sure: the runner-up, 8, has 0.4_%."),
        (answer(d3=SURE + 0.001), "sure", "Sure: the runner-up"),
        (answer(d3=SURE), "fairly sure", "Fairly sure: the runner-up"),
        (answer(d3=FAIRLY, d9=0.2), "fairly sure", "the runner-up, 9, has 20_%."),
        (answer(d9=FAIRLY - 0.001, d4=0.3), "wavers", "Wavers between 4 and 9."),
        (answer(d4=0.48, d9=0.45), "wavers", "Wavers between 4 and 9."),
        (answer(d4=0.41, d9=0.38), "not sure", "Not sure"),
        (answer(d4=0.69), "not sure", "Not sure"),
        (Prediction(np.full(10, 0.1)), "not sure", "perhaps this is not a digit"),
    ],
)
def test_words_follow_the_best_confidence_and_the_best_two(
    prediction: Prediction, verdict: str, words: str
) -> None:
    found = certainty(prediction)
    assert found.verdict == verdict
    assert words in found.words.replace("\N{NO-BREAK SPACE}", "_")
    assert found.is_sure == (verdict in {"sure", "fairly sure"})


def test_numbers_are_margin_and_entropy() -> None:
    assert certainty(Prediction(np.eye(10)[3])).numbers == (
        "Margin 100.0 percentage points; entropy 0.00 of 3.32 bits."
    )
    assert "Margin 0.0" in certainty(Prediction(np.full(10, 0.1))).numbers
