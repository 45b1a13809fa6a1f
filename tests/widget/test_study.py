from __future__ import annotations

import pytest

from digits_widget.state import State
from digits_widget.widget.study import Study
from tests.later import Later


class Board:
    """Keeps what was shown."""

    def __init__(self) -> None:
        self.results: list[tuple[int, int]] = []
        self.failures: list[tuple[int, str]] = []

    def show(self, state: State, result: int) -> None:
        self.results.append((state.revision, result))

    def fail(self, state: State, problem: Exception) -> None:
        self.failures.append((state.revision, str(problem)))


def test_only_the_newest_of_those_that_wait_is_worked_on() -> None:
    later, board = Later(), Board()
    study = Study(lambda state: 10 * state.revision, board.show, board.fail, later)
    for revision in (1, 2, 3):
        study(State(revision))
    later.work()
    assert board.results == [(3, 30)]
    assert study.wait(0)


def test_a_result_that_is_no_longer_about_the_newest_is_dropped() -> None:
    later, board = Later(), Board()

    def work(state: State) -> int:
        if state.revision == 1:
            study(State(2))
        return state.revision

    study = Study(work, board.show, board.fail, later)
    study(State(1))
    later.work()
    assert board.results == [(2, 2)]


@pytest.mark.parametrize("revision", [1, 2])
def test_a_failure_is_told_and_the_next_one_works(revision: int) -> None:
    later, board = Later(), Board()

    def work(state: State) -> int:
        if state.revision == revision:
            msg = "no"
            raise ValueError(msg)
        return state.revision

    study = Study(work, board.show, board.fail, later)
    for each in (1, 2):
        study(State(each))
        later.work()
    assert board.failures == [(revision, "no")]
    assert board.results == [(3 - revision, 3 - revision)]
