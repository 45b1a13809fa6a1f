"""Figures of an evaluation, against counting by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from digits_widget.errors import DataError
from digits_widget.evaluation import BATCH, Evaluation, evaluate, wilson
from digits_widget.evaluation.calibration import reliability
from digits_widget.evaluation.comparison import compare
from digits_widget.prediction import Prediction


def answering(labels: list[int], answers: list[int], sure: float = 0.91) -> Evaluation:
    rows = np.full((len(answers), 10), (1 - sure) / 9)
    rows[np.arange(len(answers)), answers] = sure
    return Evaluation(np.array(labels), rows)


def test_accuracy_and_confusion_count_the_answers() -> None:
    result = answering([1, 1, 7, 7], [1, 7, 7, 7])
    assert (result.correct, result.accuracy) == (3, 0.75)
    assert result.confusion[1, 7] == 1
    assert result.confusion.sum() == 4


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe (1998), table I: the score method without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_interval_is_wilsons(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_perfectly_sure_and_right_has_no_calibration_error() -> None:
    result = answering([3, 4], [3, 4], sure=1.0)
    assert (result.reliability.error, result.brier) == (0.0, 0.0)


def test_calibration_error_is_the_gap_weighted_by_counts() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55])
    right = np.array([True, True, True, False, False])
    bins = reliability(confidence, right, bins=10)
    assert bins.counts.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
    assert bins.error == pytest.approx((4 * 0.20 + 1 * 0.55) / 5)


def test_confidence_of_one_falls_in_the_last_bin() -> None:
    assert reliability(np.array([1.0]), np.array([True])).counts[-1] == 1


def test_brier_score_of_all_ten_alike_is_nine_tenths() -> None:
    result = Evaluation(np.array([5]), np.full((1, 10), 0.1))
    assert result.brier == pytest.approx(0.9)


def test_worst_are_the_surest_wrong_answers() -> None:
    rows = np.full((3, 10), 0.05)
    rows[0, 1], rows[1, 1], rows[2, 2] = 0.55, 0.55, 0.55
    rows[1] = 0.01
    rows[1, 1] = 0.91
    result = Evaluation(np.array([2, 2, 2]), rows)
    assert result.worst(5).tolist() == [1, 0]


def test_comparison_counts_pairs_and_tests_them_exactly() -> None:
    labels = [0] * 12
    first = answering(labels, [0] * 10 + [1, 1])
    second = answering(labels, [1] * 8 + [0, 0, 0, 1])
    pairs = compare(first, second)
    assert (pairs.only_first, pairs.only_second) == (8, 1)
    assert (pairs.both, pairs.neither) == (2, 1)
    # Nine fair coins: none or one of them, on either side.
    assert pairs.p_value == pytest.approx(2 * (1 + 9) / 2**9)


def test_runs_that_agree_may_be_chance() -> None:
    run = answering([1, 2], [1, 2])
    assert compare(run, run).p_value == 1.0


def test_many_differences_do_not_overflow() -> None:
    labels = [0] * 5000
    pairs = compare(answering(labels, [0] * 5000), answering(labels, [1] * 5000))
    assert pairs.p_value == 0.0 or math.isfinite(pairs.p_value)


def test_runs_over_other_digits_are_not_compared() -> None:
    with pytest.raises(DataError, match="same digits"):
        compare(answering([1], [1]), answering([2], [2]))


@pytest.mark.parametrize(
    ("labels", "rows"), [([], (0, 10)), ([1], (2, 10)), ([1], (1, 9))]
)
def test_answers_that_do_not_fit_the_labels_are_refused(
    labels: list[int], rows: tuple[int, int]
) -> None:
    with pytest.raises(DataError):
        Evaluation(np.array(labels, np.int64), np.zeros(rows))


def test_every_image_is_asked_about_once_in_order() -> None:
    images = np.random.default_rng(0).random((2 * BATCH + 3, 28, 28), np.float32)
    sizes: list[int] = []
    told: list[int] = []

    def predict(batch: np.ndarray) -> list[Prediction]:
        sizes.append(len(batch))
        digits = (batch[:, 0, 0] * 10).astype(int)
        return [Prediction(np.eye(10)[digit]) for digit in digits]

    labels = (images[:, 0, 0] * 10).astype(np.int64)
    result = evaluate(images, labels, predict, progress=told.append)
    assert result.accuracy == 1.0
    assert sizes == [BATCH, BATCH, 3]
    assert told == [BATCH, 2 * BATCH, 2 * BATCH + 3]
