from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from digits_widget.model_server import workers
from digits_widget.model_server.workers import Workers

WAIT = 20.0


def threads(name: str) -> int:
    return sum(thread.name == name for thread in threading.enumerate())


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_results_and_errors_come_back() -> None:
    pool = Workers(2, "back")
    assert pool.submit(divmod, 7, 2).result(WAIT) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 7, 0).result(WAIT)
    assert pool.submit(divmod, 9, 2).result(WAIT) == (4, 1)


def test_what_is_cancelled_while_it_waits_is_not_called() -> None:
    pool = Workers(1, "cancelled")
    go_on, called = threading.Event(), threading.Event()
    pool.submit(go_on.wait, WAIT)
    waiting = pool.submit(called.set)
    assert waiting.cancel()
    go_on.set()
    assert pool.submit(called.is_set).result(WAIT) is False


def test_works_that_wait_for_each_other_all_run_up_to_the_limit() -> None:
    pool = Workers(4, "together")
    all_of_them = threading.Barrier(4)
    found = [pool.submit(all_of_them.wait, WAIT) for _ in range(4)]
    later = [pool.submit(threads, "together") for _ in range(20)]
    assert {each.result(WAIT) for each in found} == {0, 1, 2, 3}
    assert {each.result(WAIT) for each in later} == {4}


@pytest.mark.parametrize("callers", [1, 3])
def test_there_are_no_more_threads_than_works_at_the_same_time(callers: int) -> None:
    name = f"callers-{callers}"
    pool = Workers(100, name)

    def call() -> None:
        chance = random.Random(callers)  # noqa: S311 - nothing secret
        for _ in range(500):
            assert (
                pool.submit(time.sleep, chance.random() / 10_000).result(WAIT) is None
            )

    hands = [threading.Thread(target=call) for _ in range(callers)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(WAIT)
    # A result is there just before its thread is free again.
    assert threads(name) <= 2 * callers


def test_idle_threads_end_and_others_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LINGER", 0.001)
    pool = Workers(3, "idle")
    for _ in range(200):
        found: list[Future[None]] = [pool.submit(time.sleep, 0.0005) for _ in range(3)]
        for each in found:
            each.result(WAIT)
        time.sleep(0.001)
    until(lambda: threads("idle") == 0)
    assert pool.submit(threads, "idle").result(WAIT) == 1


def test_a_thread_that_does_not_start_is_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = Workers(1, "none")

    def refuse(_thread: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="new thread"):
            pool.submit(time.sleep, 0)
    assert pool.submit(divmod, 7, 2).result(WAIT) == (3, 1)
