from __future__ import annotations

import math

import numpy as np
import pytest

from digits_widget import errors
from digits_widget.prediction import Prediction, Timing, check_confidences

SURE = np.eye(10)[3]
EVEN = np.full(10, 0.1)
MIXED = np.array([0, 0, 0.1, 0.6, 0, 0, 0, 0, 0.3, 0])


def test_the_best_digit_is_the_label() -> None:
    prediction = Prediction(MIXED, model="digits", version=1)
    assert prediction.label == 3
    assert prediction.confidence == 0.6
    assert prediction.ranking[:3] == (3, 8, 2)
    assert prediction.margin == pytest.approx(0.3)
    assert repr(prediction) == (
        "<Prediction 3 at 60.0%, then 8 at 30.0%, by digits version 1>"
    )


@pytest.mark.parametrize(
    ("confidences", "bits"), [(SURE, 0), (EVEN, math.log2(10)), (MIXED, 1.295)]
)
def test_entropy_is_in_bits(confidences: np.ndarray, bits: float) -> None:
    assert Prediction(confidences).entropy == pytest.approx(bits, abs=1e-3)


def test_the_lower_digit_wins_a_tie() -> None:
    assert Prediction(EVEN).label == 0
    assert Prediction(EVEN).ranking == tuple(range(10))


def test_confidences_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Prediction(EVEN).confidences[0] = 1


def test_timing_adds_up() -> None:
    assert Timing(1, 2, 3, 4).total == 10


@pytest.mark.parametrize("scores", [MIXED, np.stack([MIXED, EVEN])])
def test_confidences_pass(scores: np.ndarray) -> None:
    checked = check_confidences(scores.astype(np.float32))
    assert checked.dtype == np.float64
    np.testing.assert_allclose(checked, scores, atol=1e-7)
    np.testing.assert_allclose(checked.sum(axis=-1), 1, atol=1e-15)


def test_sums_a_little_off_are_scaled() -> None:
    assert check_confidences(MIXED * 1.0005).sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("shape", [(), (9,), (11,), (2, 9), (10, 1), (1, 1, 10)])
def test_an_answer_that_is_not_ten_numbers_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(errors.NotTenError, match="expected ten") as caught:
        check_confidences(np.full(shape, 0.1), model="mnist")
    assert caught.value.model == "mnist"


@pytest.mark.parametrize(
    "scores",
    [
        MIXED * 2,
        MIXED * 0,
        [-3.0, 5, 1, 0, 0, 0, 0, -2, 0, 0],
        [math.nan] * 10,
        [math.inf] + [0] * 9,
        [EVEN, EVEN * 1.5],
    ],
)
def test_an_answer_that_is_not_confidences_is_refused(scores: object) -> None:
    with pytest.raises(errors.NotConfidencesError, match="softmax"):
        check_confidences(scores)  # type: ignore[arg-type]
