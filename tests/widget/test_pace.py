from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from digits_widget.widget.background import Background
from digits_widget.widget.pace import Pace

WAIT = 20.0


class Work:
    """Counts its runs, and lets a test wait for them."""

    def __init__(self) -> None:
        self.runs = 0
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.runs += 1
            self._changed.notify_all()

    def wait_for(self, runs: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.runs >= runs, WAIT)


def test_the_first_call_works_at_once() -> None:
    work = Work()
    Pace(work, interval=1000, background=Background())()
    assert work.wait_for(1)


def test_calls_in_between_are_one_run() -> None:
    work = Work()
    pace = Pace(work, interval=1000, background=Background())
    pace()
    assert work.wait_for(1)
    for _ in range(100):
        pace()
    pace(now=True)
    assert work.wait_for(2)
    pace(now=True)
    assert work.wait_for(3)
    assert work.runs == 3


def test_the_last_call_is_never_lost() -> None:
    work = Work()
    pace = Pace(work, interval=0.001, background=Background())
    for runs in range(1, 200):
        pace()
        assert work.wait_for(runs)


def test_the_thread_ends_when_nothing_is_left_to_do() -> None:
    threads: list[threading.Thread] = []

    def background(work: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()

    pace = Pace(Work(), interval=0.001, background=background)
    pace()
    threads[0].join(WAIT)
    assert not threads[0].is_alive()
    pace()
    assert len(threads) == 2
    threads[1].join(WAIT)


def test_work_that_fails_may_be_asked_again() -> None:
    waiting: list[Callable[[], None]] = []

    def fail() -> None:
        msg = "broken"
        raise ValueError(msg)

    pace = Pace(fail, interval=0.001, background=waiting.append)
    for run in (1, 2):
        pace()
        assert len(waiting) == run
        with pytest.raises(ValueError, match="broken"):
            waiting[-1]()


def test_a_slow_run_is_followed_by_as_long_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([0.0, 7.0, 10.0, 10.001])
    pauses: list[float | None] = []

    def wait_for(
        _self: object, _condition: object, timeout: float | None = None
    ) -> bool:
        pauses.append(timeout)
        return True

    monkeypatch.setattr("digits_widget.widget.pace.time.monotonic", lambda: next(clock))
    monkeypatch.setattr(threading.Condition, "wait_for", wait_for)
    pace = Pace(lambda: None, interval=0.06, background=lambda work: work())
    pace()
    pace()
    assert pauses == [7.0, 0.06]
