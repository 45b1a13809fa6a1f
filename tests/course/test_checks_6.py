"""What lesson 6 says about wrong answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from digits_widget import Client
from digits_widget.course.lesson_6 import exercise_1, exercise_2, exercise_3
from digits_widget.evaluation import Evaluation
from digits_widget.model_server.embedded import EmbeddedServer

RANDOM = np.random.default_rng(6)
LABELS = np.arange(500) % 10


def bold(right: float) -> Evaluation:
    """Return a model that is very sure and seldom right."""
    logits = RANDOM.normal(0, 1, (500, 10))
    answers = np.where(RANDOM.random(500) < right, LABELS, (LABELS + 1) % 10)
    logits[np.arange(500), answers] += 20
    return Evaluation(LABELS, np.exp(logits) / np.exp(logits).sum(axis=1)[:, None])


RESULTS = {"version 1, naive": bold(0.4)}


@pytest.fixture(scope="module")
def article(model_server: EmbeddedServer) -> Iterator[Client]:
    with Client(model_server.target, version=1) as client:
        yield client


@pytest.mark.server
@pytest.mark.parametrize(
    ("torn", "hint"),
    [
        (15, "not a pair"),
        ((1, 2, 3), "not a pair"),
        ((0.5, 0.1), "digits from 0 to 9"),
        ((4, 40), "digits from 0 to 9"),
        ((4, 4), "two different"),
        ((0, 1), "Another pair has less"),
    ],
)
def test_a_pair_must_be_the_one_with_the_least_margin(
    torn: Any, hint: str, article: Client
) -> None:
    assert hint in str(exercise_1(torn, article))


@pytest.mark.server
def test_the_order_of_the_pair_does_not_matter(article: Client) -> None:
    verdicts = {
        (one, other): exercise_1((one, other), article)
        for one in range(10)
        for other in range(10)
    }
    right = [pair for pair, hint in verdicts.items() if hint is None]
    assert len(right) == 2
    assert right[0] == right[1][::-1]
    assert len([hint for hint in verdicts.values() if "largest" in str(hint)]) == 2


@pytest.mark.parametrize(
    ("best", "hint"),
    [
        ("hot", "not a temperature"),
        (-2, "not a temperature"),
        (float("nan"), "not a temperature"),
        (0.5, "bolder"),
        (1, "largest error"),
        (2, "Try a higher"),
        (100, "Try a lower"),
    ],
)
def test_a_temperature_must_calibrate(best: Any, hint: str) -> None:
    assert hint in str(exercise_2(best, RESULTS))


def test_the_best_temperature_is_right() -> None:
    tried = np.arange(1, 10.25, 0.25)
    assert [T for T in tried if exercise_2(T, RESULTS) is None]


FIRST = Evaluation(np.arange(6), np.eye(10)[[0, 1, 2, 9, 9, 9]])
SECOND = Evaluation(np.arange(6), np.eye(10)[[0, 1, 3, 9, 4, 5]])


@pytest.mark.parametrize(
    ("warned", "hint"),
    [
        (FIRST.answers != SECOND.answers, "truth value for each"),
        (0.5, "not a whole number"),
        (True, "not a whole number"),
        (3, "all mistakes|all disagreements"),
        (5, "another number"),
    ],
)
def test_mistakes_must_be_counted_where_the_versions_differ(
    warned: Any, hint: str
) -> None:
    said = str(exercise_3(warned, FIRST, SECOND))
    assert any(part in said for part in hint.split("|"))


def test_the_right_count_is_right() -> None:
    assert exercise_3(np.int64(2), FIRST, SECOND) is None  # type: ignore[arg-type]
