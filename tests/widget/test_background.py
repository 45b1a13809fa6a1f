from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from digits_widget.widget import background
from digits_widget.widget.background import Background

WAIT = 20.0

message = ContextVar("message", default="none")


def test_work_sees_the_context_of_its_caller() -> None:
    run = Background()
    seen: list[str] = []
    for name in ("first", "second"):
        done = threading.Event()

        def look(done: threading.Event = done) -> None:
            seen.append(message.get())
            done.set()

        message.set(name)
        run(look)
        assert done.wait(WAIT)
    assert seen == ["first", "second"]


def test_works_that_wait_for_each_other_both_run() -> None:
    run = Background()
    first, second = threading.Event(), threading.Event()

    def wait_for_the_other() -> None:
        if first.wait(WAIT):
            second.set()

    run(wait_for_the_other)
    run(first.set)
    assert second.wait(WAIT)


def test_a_thread_is_used_again_and_ends_when_idle(
    monkeypatch: pytest.MonkeyPatch, settled: Callable[[], None]
) -> None:
    run = Background()
    threads: set[int] = set()
    for _ in range(20):
        done = threading.Event()

        def work(done: threading.Event = done) -> None:
            threads.add(threading.get_ident())
            done.set()

        run(work)
        assert done.wait(WAIT)
    # The event is set just before the thread is free again: sometimes there are two.
    assert len(threads) < 5
    monkeypatch.setattr(background, "LINGER", 0.0)
    run(lambda: None)
    settled()


def test_after_runs_later_or_never() -> None:
    run = Background()
    done = threading.Event()
    run.after(0.0, done.set)
    assert done.wait(WAIT)
    never = threading.Event()
    timer = run.after(1000.0, never.set)
    timer.cancel()
    timer.join(WAIT)
    assert not never.is_set()
