from __future__ import annotations

import numpy as np
import pytest

from digits_widget.certainty import FAIRLY, certainty
from digits_widget.evaluation.doubt import SURE
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
        (answer(d3=1.0), "sure", "Sure."),
        (answer(d3=SURE + 0.001), "sure", "Sure."),
        (answer(d3=SURE), "fairly sure", "Fairly sure."),
        (answer(d3=FAIRLY), "fairly sure", "Fairly sure."),
        (answer(d9=FAIRLY - 0.001, d4=0.3), "wavers", "Wavers between 4 and 9."),
        (answer(d4=0.48, d9=0.45), "wavers", "Wavers between 4 and 9."),
        (answer(d4=0.41, d9=0.38), "not sure", "Not sure"),
        (answer(d4=0.69), "not sure", "Not sure"),
        (Prediction(np.full(10, 0.1)), "not sure", "perhaps this is no digit"),
    ],
)
def test_words_follow_the_best_confidence_and_the_best_two(
    prediction: Prediction, verdict: str, words: str
) -> None:
    found = certainty(prediction)
    assert found.verdict == verdict
    assert words in found.words
    assert found.is_sure == (verdict in {"sure", "fairly sure"})


def test_numbers_are_margin_and_entropy() -> None:
    assert certainty(Prediction(np.eye(10)[3])).numbers == (
        "100.0 points ahead of the second, 0.00 of 3.32 bits of doubt."
    )
    assert "0.0 points ahead" in certainty(Prediction(np.full(10, 0.1))).numbers
