from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from ipywidgets import HTML

from digits_widget.errors import ServerAbsentError
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.widget.background import Background
from digits_widget.widget.inquiry import REST, Inquiry

TRACES = [PRESETS["mnist"](sample(digit)) for digit in (3, 5)]
ANSWERS = [Prediction(np.eye(10)[digit]) for digit in (3, 5)]
ANSWERED = [
    State(n, sample(digit), TRACES[n], ANSWERS[n]) for n, digit in enumerate((3, 5))
]
WAITING = State(2, sample(5), TRACES[1], previous=ANSWERS[0], waiting=True)


class Clock(Background):
    """Works at once, and keeps what is to be done later."""

    def __init__(self) -> None:
        super().__init__()
        self.timers: list[threading.Timer] = []

    def __call__(self, work: Callable[[], None]) -> None:
        """Run `work`."""
        work()

    def after(self, seconds: float, work: Callable[[], None]) -> threading.Timer:
        """Keep `work`; the timer tells whether it was cancelled."""
        self.timers.append(threading.Timer(seconds, work))
        return self.timers[-1]

    def rest(self) -> None:
        """Let the time pass."""
        timers, self.timers = self.timers, []
        for timer in timers:
            assert timer.interval == REST
            if not timer.finished.is_set():
                timer.function()


class Subject:
    """Works on the label of the prediction."""

    blank = "Nothing is drawn."

    def __init__(self) -> None:
        self.body = HTML()
        self.worked: list[int] = []

    def work(self, state: State) -> int:
        assert state.prediction
        self.worked.append(state.prediction.label)
        return state.prediction.label

    def draw(self, result: int) -> str:
        return f"It is {result}."

    def clear(self) -> None:
        self.body.value = ""

    @property
    def is_pale(self) -> bool:
        return "digits-stale" in self.body._dom_classes


@pytest.fixture
def subject() -> Subject:
    return Subject()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inquiry(subject: Subject, clock: Clock) -> Inquiry[int]:
    return Inquiry(subject, clock)


def test_nothing_is_worked_on_until_the_hand_rests(
    inquiry: Inquiry[int], subject: Subject, clock: Clock
) -> None:
    inquiry(ANSWERED[0])
    inquiry(WAITING)
    inquiry(ANSWERED[1])
    assert subject.worked == []
    assert subject.is_pale
    clock.rest()
    assert subject.worked == [5]
    assert "It is 5." in inquiry.line.value
    assert not subject.is_pale


def test_what_is_known_stays_and_is_pale_while_the_hand_draws_on(
    inquiry: Inquiry[int], subject: Subject, clock: Clock
) -> None:
    inquiry(ANSWERED[0])
    clock.rest()
    inquiry(WAITING)
    assert "It is 3." in inquiry.line.value
    assert subject.is_pale


def test_the_same_state_again_costs_nothing(
    inquiry: Inquiry[int], subject: Subject, clock: Clock
) -> None:
    for _ in range(3):
        inquiry(ANSWERED[0])
        clock.rest()
    assert subject.worked == [3]


def test_a_control_works_at_once_on_what_is_drawn_and_on_nothing_else(
    inquiry: Inquiry[int], subject: Subject
) -> None:
    inquiry.again()
    assert subject.worked == []
    inquiry(ANSWERED[0])
    inquiry.again()
    assert subject.worked == [3]


def test_a_result_about_another_drawing_is_dropped(
    inquiry: Inquiry[int], subject: Subject, clock: Clock
) -> None:
    work = subject.work

    def slow(state: State) -> int:
        inquiry(State(9))
        return work(state)

    inquiry._study._work = slow
    inquiry(ANSWERED[0])
    clock.rest()
    assert subject.worked == [3]
    assert subject.blank in inquiry.line.value


def test_a_problem_is_told_without_asking(
    inquiry: Inquiry[int], subject: Subject, clock: Clock
) -> None:
    problem = ServerAbsentError("Nobody is there. Start the server.")
    inquiry(State(1, sample(3), TRACES[0], problem=problem))
    clock.rest()
    assert subject.worked == []
    assert "Start the server." in inquiry.line.value
