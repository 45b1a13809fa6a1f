from __future__ import annotations

import random
import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import EmptyDrawingError, ServerAbsentError
from digits_widget.prediction import Prediction
from digits_widget.session import Session, State
from digits_widget.trace import Snapshot, Trace
from tests.later import Later

WAIT = 20.0


def drawing_of(number: int) -> Drawing:
    """Make a drawing that `prepare` turns into a tensor full of `number` + 1."""
    return Drawing.from_points([[(number % 100, 0), (number % 100, 50)]], side=100)


def prepare(drawing: Drawing) -> Trace:
    image = np.full((28, 28), drawing.strokes[0].points[0, 0] + 0.01, np.float32)
    return Trace((Snapshot("tensor", "Tensor", "", image, {}, image),))


def predict(image: NDArray[np.float32]) -> Prediction:
    """Answer with the number in the image as the model's name."""
    return Prediction(np.full(10, 0.1), model=f"{image[0, 0]:.2f}")


def name_of(drawing: Drawing) -> str:
    return f"{drawing.strokes[0].points[0, 0] + 0.01:.2f}"


def in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


class Log:
    """A view that keeps what it was shown."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def show(self, state: State) -> None:
        self.states.append(state)


def test_trace_is_shown_before_anything_is_asked() -> None:
    later, log = Later(), Log()
    session = Session(prepare, predict, later)
    session.subscribe(log.show)
    session.draw(drawing_of(7))
    (state,) = log.states
    assert state.trace is not None
    assert state.prediction is None
    assert state.waiting
    later.work()
    assert not session.state.waiting
    assert session.state.prediction is not None


def test_a_quick_answer_is_shown_with_its_steps() -> None:
    log = Log()
    session = Session(prepare, predict, in_thread)
    session.draw(drawing_of(1))
    assert not session.wait(WAIT).waiting
    session.subscribe(log.show)
    while not log.states or log.states[-1].waiting:
        # A thread that starts late on a busy machine is no quick answer.
        log.states.clear()
        session.draw(drawing_of(2))
    assert len(log.states) == 1
    assert log.states[0].trace is not None
    assert log.states[0].prediction is not None


def test_one_request_is_under_way_and_the_latest_drawing_wins() -> None:
    later = Later()
    asked = []

    def slow(image: NDArray[np.float32]) -> Prediction:
        asked.append(f"{image[0, 0]:.2f}")
        if len(asked) == 1:
            for number in range(1, 9):
                session.draw(drawing_of(number))
        return predict(image)

    session = Session(prepare, slow, later)
    session.draw(drawing_of(0))
    assert len(later.waiting) == 1
    later.work()
    assert asked == [name_of(drawing_of(0)), name_of(drawing_of(8))]
    assert session.state.prediction is not None
    assert session.state.prediction.model == name_of(drawing_of(8))


def test_a_stale_answer_is_never_shown() -> None:
    later, log = Later(), Log()

    def slow(image: NDArray[np.float32]) -> Prediction:
        session.clear_once()
        return predict(image)

    class Clearing(Session):
        def clear_once(self) -> None:
            self.draw(Drawing())

    session = Clearing(prepare, slow, later)
    session.subscribe(log.show)
    session.draw(drawing_of(3))
    later.work()
    assert all(state.prediction is None for state in log.states)
    assert not session.state.waiting
    assert not session.state.drawing


@settings(max_examples=15, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 98), min_size=1, max_size=20),
    seed=st.integers(0, 1000),
)
def test_an_answer_never_belongs_to_another_drawing(
    numbers: list[int], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    running, most = 0, 0
    hold = threading.Event()
    log = Log()

    def delayed(image: NDArray[np.float32]) -> Prediction:
        nonlocal running, most
        running += 1
        most = max(most, running)
        hold.wait(chance.random() * 0.002)
        running -= 1
        return predict(image)

    session = Session(prepare, delayed, in_thread)
    session.subscribe(log.show)
    threads = [
        threading.Thread(target=session.draw, args=(drawing_of(number),))
        for number in numbers
    ]
    for thread in threads:
        hold.wait(chance.random() * 0.001)
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    state = session.wait(WAIT)
    assert most == 1
    assert state.revision == len(numbers)
    revisions = [state.revision for state in log.states]
    assert revisions == sorted(revisions)
    for shown in (*log.states, state):
        if shown.prediction:
            assert shown.prediction.model == name_of(shown.drawing)
    assert state.prediction


def test_blank_asks_nobody_and_has_no_digit() -> None:
    later = Later()
    session = Session(prepare, predict, later)
    session.draw(drawing_of(5))
    later.work()
    session.draw(Drawing())
    state = session.state
    assert (state.trace, state.prediction, state.previous) == (None, None, None)
    assert not state.waiting
    assert not later.waiting


def test_a_dot_has_a_trace_and_asks_nobody() -> None:
    later = Later()
    session = Session(prepare, predict, later)
    session.draw(Drawing.from_points([[(0.5, 0.5)]]))
    assert session.state.trace is not None
    assert not session.state.waiting
    assert not later.waiting


def test_a_tensor_without_ink_asks_nobody() -> None:
    later = Later()
    image = np.zeros((28, 28), np.float32)
    trace = Trace((Snapshot("tensor", "Tensor", "", image, {}, image),))
    session = Session(lambda _drawing: trace, predict, later)
    session.draw(drawing_of(4))
    assert session.state.trace is trace
    assert not later.waiting


def test_erased_ink_is_blank() -> None:
    def erased(_drawing: Drawing) -> Trace:
        msg = "Nothing is left."
        raise EmptyDrawingError(msg)

    session = Session(erased, predict, Later())
    session.draw(drawing_of(1))
    assert session.state.problem is None
    assert session.state.trace is None


def test_the_last_answer_stays_as_previous_until_the_new_one_is_there() -> None:
    later = Later()
    session = Session(prepare, predict, later)
    session.draw(drawing_of(1))
    later.work()
    first = session.state.prediction
    session.draw(drawing_of(2))
    assert session.state.prediction is None
    assert session.state.previous is first
    session.draw(drawing_of(3))
    assert session.state.previous is first
    later.work()
    assert session.state.previous is None


def test_another_way_to_prepare_is_another_question_about_the_same_drawing() -> None:
    def doubled(drawing: Drawing) -> Trace:
        image = 2 * prepare(drawing).tensor
        return Trace((Snapshot("tensor", "Tensor", "", image, {}, image),))

    later = Later()
    session = Session(prepare, predict, later)
    session.draw(drawing_of(7))
    session.use(doubled)
    assert session.prepare is doubled
    later.work()
    assert session.state.drawing == drawing_of(7)
    assert session.state.prediction is not None
    assert session.state.prediction.model == "0.16"
    assert session.state.revision == 2


def test_a_failure_is_shown_and_retried_until_it_passes() -> None:
    later = Later()
    up = False

    def flaky(image: NDArray[np.float32]) -> Prediction:
        if not up:
            msg = "Nobody listens."
            raise ServerAbsentError(msg)
        return predict(image)

    session = Session(prepare, flaky, later)
    session.draw(drawing_of(1))
    later.work()
    problem = session.state.problem
    assert isinstance(problem, ServerAbsentError)
    session.retry()
    assert session.state.waiting
    assert session.state.problem is problem
    later.work()
    up = True
    session.draw(drawing_of(2))
    assert session.state.problem is not None
    later.work()
    assert session.state.problem is None
    assert session.state.prediction is not None


def test_retry_without_a_problem_asks_nothing() -> None:
    later = Later()
    session = Session(prepare, predict, later)
    session.retry()
    session.draw(drawing_of(1))
    later.work()
    session.retry()
    assert not later.waiting


def test_a_failing_prepare_is_a_problem_and_asks_nobody() -> None:
    def broken(_drawing: Drawing) -> Trace:
        msg = "step"
        raise ValueError(msg)

    later = Later()
    session = Session(broken, predict, later)
    session.draw(drawing_of(1))
    assert isinstance(session.state.problem, ValueError)
    assert not later.waiting


def test_a_failing_view_is_told_to_the_views_after_it() -> None:
    before, after = Log(), Log()
    session = Session(prepare, predict, Later())

    def broken(_state: State) -> None:
        msg = "view"
        raise ValueError(msg)

    for view in (before.show, broken, after.show):
        session.subscribe(view)
    session.draw(drawing_of(1))
    assert before.states[-1].problem is None
    assert str(after.states[-1].problem) == "view"


def test_a_failure_of_a_view_or_handler_stays_until_the_next_drawing() -> None:
    later, log = Later(), Log()
    session = Session(prepare, predict, later)

    def broken_once(state: State) -> None:
        if state.revision == 1 and state.waiting:
            msg = "view"
            raise ValueError(msg)

    session.subscribe(broken_once)
    session.subscribe(log.show)
    session.draw(drawing_of(1))
    later.work()
    assert log.states[-1].prediction is not None
    assert str(log.states[-1].problem) == "view"
    session.draw(drawing_of(2))
    later.work()
    assert log.states[-1].problem is None
    session.report(ValueError("handler"))
    assert str(log.states[-1].problem) == "handler"
    session.draw(drawing_of(3))
    assert log.states[-1].problem is None


def test_a_view_may_draw_again() -> None:
    log = Log()
    session = Session(prepare, predict, in_thread)

    def clear_when_answered(state: State) -> None:
        if state.prediction:
            session.draw(Drawing())

    session.subscribe(clear_when_answered)
    session.subscribe(log.show)
    session.draw(drawing_of(1))
    session.wait(WAIT)
    assert not session.state.drawing
    assert log.states[-1] is session.state


def test_a_slow_view_misses_states_and_never_the_last() -> None:
    log = Log()
    session = Session(prepare, predict, in_thread)
    session.subscribe(log.show)
    first_is_shown, go_on = threading.Event(), threading.Event()

    def slow(state: State) -> None:
        if state.revision == 1:
            first_is_shown.set()
            go_on.wait(WAIT)

    session.subscribe(slow)
    threads = [threading.Thread(target=session.draw, args=(drawing_of(1),))]
    threads[0].start()
    assert first_is_shown.wait(WAIT)
    for number in range(2, 6):
        threads.append(
            threading.Thread(target=session.draw, args=(drawing_of(number),))
        )
        threads[-1].start()
    go_on.set()
    for thread in threads:
        thread.join(WAIT)
    session.wait(WAIT)
    assert log.states[-1] is session.state
    assert session.state.revision == 5


def test_ctrl_c_in_a_view_does_not_silence_the_session() -> None:
    log = Log()
    session = Session(prepare, predict, Later())

    def interrupted(state: State) -> None:
        if state.revision == 1:
            raise KeyboardInterrupt

    session.subscribe(interrupted)
    session.subscribe(log.show)
    with pytest.raises(KeyboardInterrupt):
        session.draw(drawing_of(1))
    session.draw(drawing_of(2))
    assert log.states[-1].revision == 2


def test_a_notice_is_shown_beside_the_rest() -> None:
    log = Log()
    session = Session(prepare, predict, Later())
    session.subscribe(log.show)
    session.announce("Starting …")
    session.draw(drawing_of(1))
    assert log.states[-1].notice == "Starting …"
    session.announce("")
    assert not log.states[-1].notice
    assert log.states[-1].trace


def test_a_closed_session_shows_and_asks_nothing() -> None:
    later, log = Later(), Log()
    session = Session(prepare, predict, later)
    session.subscribe(log.show)
    session.close()
    session.draw(drawing_of(1))
    assert not later.waiting
    assert not log.states


def test_looking_back_asks_nothing_and_coming_back_shows_what_was() -> None:
    later, log = Later(), Log()
    session = Session(prepare, predict, later)
    session.subscribe(log.show)
    session.draw(drawing_of(1))
    later.work()
    newest = session.state
    session.look_back(State(drawing=drawing_of(2), trace=prepare(drawing_of(2))))
    assert log.states[-1].is_past
    assert log.states[-1].drawing == drawing_of(2)
    assert session.newest is newest
    assert not later.waiting
    session.look_back(State(drawing=drawing_of(3)))
    session.come_back()
    assert log.states[-1].prediction is newest.prediction
    assert log.states[-1].drawing == drawing_of(1)
    assert not session.state.is_past
    assert not later.waiting


def test_an_answer_that_comes_while_looking_back_is_asked_for_again() -> None:
    later = Later()
    session = Session(prepare, predict, later)
    session.draw(drawing_of(1))
    session.look_back(State(drawing=drawing_of(2)))
    later.work()
    assert session.state.prediction is None
    session.come_back()
    later.work()
    answer = session.state.prediction
    assert answer
    assert answer.model == name_of(drawing_of(1))


def test_a_new_drawing_ends_looking_back() -> None:
    later = Later()
    session = Session(prepare, predict, later)
    session.draw(drawing_of(1))
    session.look_back(State(drawing=Drawing()))
    session.draw(drawing_of(4))
    later.work()
    session.come_back()
    assert session.state.drawing == drawing_of(4)
    assert session.state.prediction


def test_another_way_to_prepare_while_looking_back_is_about_the_whole_drawing() -> None:
    session = Session(prepare, predict, Later())
    session.draw(drawing_of(1))
    session.look_back(State(drawing=Drawing()))
    session.use(prepare)
    assert session.state.drawing == drawing_of(1)


def test_a_drawing_that_comes_after_a_newer_one_is_dropped() -> None:
    session = Session(prepare, predict, Later())
    session.draw(drawing_of(2), sequence=2)
    session.draw(drawing_of(1), sequence=1)
    assert session.state.drawing == drawing_of(2)
    session.draw(drawing_of(3), sequence=3)
    assert session.state.drawing == drawing_of(3)
