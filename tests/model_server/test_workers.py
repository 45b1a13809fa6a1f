from __future__ import annotations

import gc
import random
import threading
import time
import weakref
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


def test_what_a_crowd_has_left_ends_under_a_trickle_of_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "LINGER", 0.3)
    pool = Workers(40, "trickle")
    crowd = threading.Barrier(40)
    for each in [pool.submit(crowd.wait, WAIT) for _ in range(40)]:
        each.result(WAIT)
    assert threads("trickle") == 40

    def one_more() -> bool:
        pool.submit(divmod, 7, 2).result(WAIT)
        return threads("trickle") <= 2

    until(one_more)


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what has the system start no more threads."""

    def refuse(_thread: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    return lambda: monkeypatch.setattr(threading.Thread, "start", refuse)


def test_where_no_thread_starts_the_others_do_the_work(
    no_threads: Callable[[], None],
) -> None:
    pool = Workers(2, "few")
    go_on = threading.Event()
    first = pool.submit(go_on.wait, WAIT)
    no_threads()
    second = pool.submit(divmod, 7, 2)
    go_on.set()
    assert first.result(WAIT)
    assert second.result(WAIT) == (3, 1)


def test_where_there_is_no_thread_at_all_it_is_said(
    no_threads: Callable[[], None],
) -> None:
    no_threads()
    with pytest.raises(RuntimeError, match="new thread"):
        Workers(2, "none").submit(divmod, 7, 2)


def test_nothing_of_a_work_that_failed_is_kept() -> None:
    class Large:
        pass

    def fail(_given: Large) -> None:
        raise ValueError

    given = Large()
    kept = weakref.ref(given)
    gc.disable()
    try:
        failed = Workers(1, "failed").submit(fail, given)
        assert isinstance(failed.exception(WAIT), ValueError)
        del given, failed
        until(lambda: kept() is None)
    finally:
        gc.enable()
