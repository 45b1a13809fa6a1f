"""One queue for a class: who is answered first, and what is dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.classroom.answers import Answer, Answers
from digits_widget.drawing import Drawing
from digits_widget.errors import DigitsError, EmptyDrawingError, ServerAbsentError
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.ways import NOW, THEN, WAYS
from tests.waiting import until

TODAY = (NOW.name,)


class Model:
    """A model that answers when the test lets it, and keeps what it was asked."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.asked: list[int] = []

    def __call__(self, images: NDArray[np.float32]) -> Sequence[Prediction]:
        self.asked.append(len(images))
        assert self.may_answer.wait(60)
        return [Prediction(np.eye(10)[7])] * len(images)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def answers(model: Model) -> Iterator[Answers]:
    answers = Answers({way.name: model for way in WAYS})
    yield answers
    model.may_answer.set()
    answers.close()


@pytest.fixture
def order() -> list[str]:
    """Return the names of those who were answered, in their order."""
    return []


def ask(answers: Answers, order: list[str], who: str, *, done: bool) -> None:
    answers.ask(who, sample(7), TODAY, done=done, show=lambda _found: order.append(who))


def keep_busy(answers: Answers, model: Model, order: list[str]) -> None:
    """Give the worker something that takes long."""
    ask(answers, order, "busy", done=True)
    until(lambda: model.asked)


def test_a_finished_drawing_goes_before_those_that_are_still_drawn(
    answers: Answers, model: Model, order: list[str]
) -> None:
    keep_busy(answers, model, order)
    for number in range(10):
        ask(answers, order, f"live {number}", done=False)
    ask(answers, order, "finished", done=True)
    model.may_answer.set()
    until(lambda: len(order) == 1 + 10 + 1)
    assert order[:2] == ["busy", "finished"]
    # The next one that is finished would wait for a single one that is not.
    assert model.asked == [1] * 12


def test_of_one_learner_only_the_newest_waits(
    answers: Answers, model: Model, order: list[str]
) -> None:
    keep_busy(answers, model, order)
    for _ in range(1000):
        ask(answers, order, "eve", done=False)
    ask(answers, order, "anna", done=False)
    model.may_answer.set()
    until(lambda: {"eve", "anna"} <= {*order})
    assert order.count("eve") == 1


def test_drawings_that_wait_share_a_request(
    answers: Answers, model: Model, order: list[str]
) -> None:
    keep_busy(answers, model, order)
    for number in range(10):
        ask(answers, order, f"finished {number}", done=True)
    model.may_answer.set()
    until(lambda: len(order) == 1 + 10)
    assert model.asked == [1, 10]


Found = Mapping[str, Answer] | DigitsError


def told(answers: Answers, drawing: Drawing, ways: tuple[str, ...] = TODAY) -> Found:
    found: list[Found] = []
    answers.ask("anna", drawing, ways, done=True, show=found.append)
    until(lambda: found)
    return found[0]


def test_both_ways_answer_about_one_drawing(answers: Answers, model: Model) -> None:
    model.may_answer.set()
    found = told(answers, sample(7), (THEN.name, NOW.name))
    assert isinstance(found, Mapping)
    assert {*found} == {THEN.name, NOW.name}
    assert found[THEN.name].trace.tensor.shape == (28, 28)


def test_an_empty_drawing_spoils_no_other(answers: Answers, model: Model) -> None:
    model.may_answer.set()
    assert isinstance(told(answers, Drawing()), EmptyDrawingError)
    assert isinstance(told(answers, sample(7)), Mapping)


@pytest.mark.parametrize("fault", [ServerAbsentError("gone"), ZeroDivisionError()])
def test_a_fault_costs_its_own_answers_only(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [fault]

    def predict(images: NDArray[np.float32]) -> Sequence[Prediction]:
        if faults:
            raise faults.pop()
        return [Prediction(np.eye(10)[7])] * len(images)

    answers = Answers({NOW.name: predict})
    shown: list[Found] = []
    show: Callable[[Found], None] = shown.append
    answers.ask("first", sample(7), TODAY, done=True, show=show)
    until(lambda: shown or caplog.records)
    answers.ask("second", sample(7), TODAY, done=True, show=show)
    until(lambda: any(isinstance(found, Mapping) for found in shown))
    answers.close()
