from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import pytest

from digits_widget.widget import worker as module
from digits_widget.widget.worker import Worker, after, in_background
from tests.widget.conftest import Clock

WAIT = 20.0

NEVER = 1000.0
"""Seconds that no test lives to see the end of."""

message = ContextVar("message", default="none")


class Seen:
    """Keeps what it is told, and lets a test wait for that."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self._changed = threading.Condition()

    def __call__(self, what: object = None) -> None:
        with self._changed:
            self.all.append(what)
            self._changed.notify_all()

    def wait_for(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.all) >= count, WAIT)


class Gate:
    """Work that begins, and goes on when the test lets it."""

    def __init__(self) -> None:
        self.begun = Seen()
        self._may = threading.Semaphore(0)

    def __call__(self, number: int) -> int:
        self.begun(number)
        assert self._may.acquire(timeout=WAIT)
        if number < 0:
            msg = f"no {number}"
            raise ValueError(msg)
        return 10 * number

    def open(self) -> None:
        self._may.release()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def failed() -> Seen:
    return Seen()


@pytest.fixture
def worker(gate: Gate, seen: Seen, failed: Seen) -> Worker[int, int]:
    return Worker(gate, seen, failed)


def test_a_result_is_shown(worker: Worker[int, int], gate: Gate, seen: Seen) -> None:
    worker(1)
    gate.open()
    assert seen.wait_for(1)
    assert seen.all == [10]


def test_the_newest_request_takes_the_place_of_all_that_wait(
    worker: Worker[int, int],
    gate: Gate,
    seen: Seen,
    settled: Callable[[], None],
) -> None:
    worker(1)
    assert gate.begun.wait_for(1)
    for number in (2, 3, 4):
        worker(number)
    gate.open()
    gate.open()
    settled()
    assert gate.begun.all == [1, 4]
    # What was found out about the first is about something older by now.
    assert seen.all == [40]


def test_a_failure_is_told_unless_it_is_about_something_older(
    worker: Worker[int, int],
    gate: Gate,
    seen: Seen,
    failed: Seen,
    settled: Callable[[], None],
) -> None:
    worker(-1)
    assert gate.begun.wait_for(1)
    worker(-2)
    gate.open()
    gate.open()
    settled()
    assert [str(problem) for problem in failed.all] == ["no -2"]
    worker(3)
    gate.open()
    assert seen.wait_for(1)


def test_what_is_shown_may_fail_too(failed: Seen) -> None:
    def show(_result: int) -> None:
        msg = "cannot draw this"
        raise ValueError(msg)

    Worker(lambda: 1, show, failed)()
    assert failed.wait_for(1)
    assert "cannot draw this" in str(failed.all)


def test_cancel_drops_what_waits_and_what_is_worked_on(
    worker: Worker[int, int],
    gate: Gate,
    seen: Seen,
    settled: Callable[[], None],
) -> None:
    worker(1)
    assert gate.begun.wait_for(1)
    worker(2)
    worker.cancel()
    gate.open()
    settled()
    assert gate.begun.all == [1]
    assert not seen.all


def test_quiet_work_begins_when_no_more_requests_come(
    seen: Seen, clock: Clock, settled: Callable[[], None]
) -> None:
    worker = Worker(seen, quiet=0.3)
    for number in range(5):
        worker(number)
    settled()
    assert not seen.all
    assert clock.waiting(0.3) == 1
    clock.go_on()
    assert seen.wait_for(1)
    worker(5)
    worker(6, now=True)
    settled()
    assert clock.waiting(0.3) == 0
    worker(7)
    worker.cancel()
    clock.go_on()
    settled()
    assert seen.all == [4, 6]


def test_between_two_runs_lies_an_interval_unless_one_is_wanted_now(
    seen: Seen,
) -> None:
    worker = Worker(seen, interval=NEVER)
    worker(0)
    assert seen.wait_for(1)
    for number in range(1, 100):
        worker(number)
    worker(100, now=True)
    assert seen.wait_for(2)
    worker(101, now=True)
    assert seen.wait_for(3)
    assert seen.all == [0, 100, 101]
    # Ends its thread.
    worker(102, now=True)
    worker.cancel()


def test_the_last_request_is_never_lost(seen: Seen) -> None:
    worker = Worker(seen, interval=0.001)
    for count in range(1, 200):
        worker(count)
        assert seen.wait_for(count)


def test_a_slow_run_is_followed_by_as_long_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = iter([0.0, 7.0, 10.0, 10.001])
    pauses: list[float | None] = []

    def wait_for(
        _self: object, _condition: object, timeout: float | None = None
    ) -> bool:
        pauses.append(timeout)
        return True

    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    monkeypatch.setattr(threading.Condition, "wait_for", wait_for)
    worker = Worker(lambda: None, interval=0.06, background=lambda run: run())
    worker()
    worker()
    assert pauses == [7.0, 0.06]


def test_work_without_a_listener_for_failures_raises_and_may_be_asked_again() -> None:
    waiting: list[Callable[[], None]] = []

    def fail() -> None:
        msg = "broken"
        raise ValueError(msg)

    worker = Worker(fail, background=waiting.append)
    for run in (1, 2):
        worker()
        assert len(waiting) == run
        with pytest.raises(ValueError, match="broken"):
            waiting[-1]()


def test_work_sees_the_context_of_its_caller() -> None:
    seen = Seen()
    for count, name in enumerate(("first", "second"), start=1):
        message.set(name)
        in_background(lambda: seen(message.get()))
        assert seen.wait_for(count)
    assert seen.all == ["first", "second"]


def test_works_that_wait_for_each_other_both_run() -> None:
    first, second = threading.Event(), threading.Event()

    def wait_for_the_other() -> None:
        if first.wait(WAIT):
            second.set()

    in_background(wait_for_the_other)
    in_background(first.set)
    assert second.wait(WAIT)


@pytest.fixture
def lingering(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let threads wait for more work, and end them after the test."""
    monkeypatch.setattr(module, "LINGER", 1.0)
    yield
    monkeypatch.setattr(module, "LINGER", 0.0)
    in_background(lambda: None)


@pytest.mark.usefixtures("settled", "lingering")
def test_a_thread_is_used_again_and_ends_when_idle() -> None:
    threads, seen = set[int](), Seen()

    def work() -> None:
        threads.add(threading.get_ident())
        seen()

    for count in range(1, 21):
        in_background(work)
        assert seen.wait_for(count)
    # A thread is free again just after it was seen: sometimes there are two.
    assert len(threads) < 5


def test_after_runs_later_or_never(clock: Clock) -> None:
    seen = Seen()
    after(NEVER, seen)
    after(NEVER, seen).cancel()
    assert clock.waiting(NEVER) == 1
    clock.go_on()
    assert seen.wait_for(1)
