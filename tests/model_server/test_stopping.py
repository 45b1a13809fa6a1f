"""A signal ends the server, at whatever moment it comes."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from digits_widget.model_server.stopping import Stopping


@pytest.fixture
def stopping() -> Iterator[Stopping]:
    wish = Stopping()
    before = signal.signal(signal.SIGUSR1, lambda *_: wish.set())
    yield wish
    signal.signal(signal.SIGUSR1, before)


def test_another_thread_is_heard(stopping: Stopping) -> None:
    threading.Timer(0.05, stopping.set).start()
    stopping.wait()
    assert stopping.is_set()


def test_a_wish_from_before_is_heard(stopping: Stopping) -> None:
    stopping.set()
    stopping.set()
    stopping.wait()
    assert stopping.is_set()


@pytest.mark.parametrize("step", range(1, 12))
def test_a_signal_at_any_step_of_the_wait_is_heard(
    stopping: Stopping, step: int
) -> None:
    # An event of `threading` would wait for itself at some of these.
    left = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode" and frame.f_code.co_name == "wait":
            left -= 1
            if left == 0:
                signal.raise_signal(signal.SIGUSR1)
        return trace

    first = Stopping()
    first.set()
    spare = threading.Timer(5, stopping.set)
    spare.start()
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        # Python 3.12 notices only here that somebody has asked for steps.
        first.wait()
        sys.settrace(trace)
        left = step
        stopping.wait()
    finally:
        sys.settrace(before)
    assert left < 1, "there was no such step"
    assert spare.is_alive(), "it was not the signal that was heard"
    spare.cancel()
