from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits_widget.errors import LogitsError, NotConfidencesError, OptionError
from digits_widget.logits import at_temperature, read_scores, softmax
from digits_widget.prediction import Prediction, check_confidences

LOGITS = np.array([-3.0, 5, 1, 0, 0, 0, 0, -2, 0, 4])

some_logits = st.lists(st.floats(-700, 700, allow_nan=False), min_size=10, max_size=10)


@given(some_logits)
def test_a_softmax_sums_to_one_and_keeps_the_order(logits: list[float]) -> None:
    shares = softmax(logits)
    assert shares.sum() == pytest.approx(1)
    assert shares[np.argmax(logits)] == shares.max()
    order = np.argsort(logits)
    assert (np.diff(shares[order]) >= 0).all()


def test_a_softmax_of_equal_logits_is_even_and_rows_are_their_own() -> None:
    np.testing.assert_allclose(softmax([1e9] * 10), 0.1)
    both = softmax(np.stack([LOGITS, LOGITS * 0]))
    np.testing.assert_array_equal(both[0], softmax(LOGITS))
    assert math.log(both[0, 1] / both[0, 9]) == pytest.approx(1)


@pytest.mark.parametrize("scores", [LOGITS, [LOGITS, LOGITS], np.full(10, -0.5)])
def test_logits_have_an_error_that_brings_them(scores: object) -> None:
    with pytest.raises(LogitsError, match='logits="softmax"') as caught:
        check_confidences(scores, model="mnist")  # type: ignore[arg-type]
    assert caught.value.model == "mnist"
    np.testing.assert_array_equal(caught.value.logits, np.asarray(scores))


@pytest.mark.parametrize(
    "scores", [np.full(10, 0.2), np.zeros(10), [math.nan] * 10, [math.inf] + [-1.0] * 9]
)
def test_what_cannot_be_told_from_a_mistake_is_not_called_logits(
    scores: object,
) -> None:
    with pytest.raises(NotConfidencesError) as caught:
        check_confidences(scores)  # type: ignore[arg-type]
    assert type(caught.value) is NotConfidencesError


def test_scores_are_read_as_confidences_or_as_the_softmax_of_logits() -> None:
    even = np.full(10, 0.1)
    confidences, logits = read_scores(even, logits="softmax")
    np.testing.assert_allclose(confidences, even)
    assert logits is None
    confidences, logits = read_scores([LOGITS], logits="softmax")
    np.testing.assert_array_equal(confidences, [softmax(LOGITS)])
    np.testing.assert_array_equal(logits, [LOGITS])
    with pytest.raises(LogitsError):
        read_scores([LOGITS])


@given(some_logits, st.floats(0.1, 10))
def test_temperature_is_the_softmax_of_cooled_logits_and_keeps_the_label(
    logits: list[float], temperature: float
) -> None:
    prediction = Prediction(softmax(logits), logits=np.array(logits))
    changed = at_temperature(prediction, temperature)
    np.testing.assert_array_equal(
        changed.confidences, softmax(np.array(logits) / temperature)
    )
    best = changed.confidences[prediction.label]
    assert best == changed.confidence


@given(st.lists(st.floats(-12, 12), min_size=10, max_size=10), st.floats(0.25, 8))
def test_confidences_alone_give_the_same_as_their_logits(
    logits: list[float], temperature: float
) -> None:
    with_logits = Prediction(softmax(logits), logits=np.array(logits))
    without = Prediction(softmax(logits))
    np.testing.assert_allclose(
        at_temperature(without, temperature).confidences,
        at_temperature(with_logits, temperature).confidences,
        atol=1e-9,
    )


def test_temperature_one_changes_nothing_and_zero_confidence_stays() -> None:
    prediction = Prediction(np.eye(10)[3])
    assert at_temperature(prediction, 1) is prediction
    np.testing.assert_array_equal(
        at_temperature(prediction, 5).confidences, np.eye(10)[3]
    )


@pytest.mark.parametrize("temperature", [0, -1, math.nan])
def test_temperatures_are_above_zero(temperature: float) -> None:
    with pytest.raises(OptionError, match="above 0"):
        at_temperature(Prediction(np.eye(10)[3]), temperature)
