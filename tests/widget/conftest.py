"""What the tests of the widget share. There is no browser and no kernel here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from ipywidgets import DOMWidget
from numpy.typing import NDArray

from digits_widget.prediction import Prediction
from digits_widget.widget import DigitsWidget
from digits_widget.widget.predictors import CallablePredictor
from tests.widget.panel_driver import PanelDriver

Look = Callable[[DOMWidget], PanelDriver]
"""Puts a widget, or a part of it, on a screen, and a person in front of it."""


def answer(image: NDArray[np.float32]) -> Prediction:
    """Answer 3, whatever is asked."""
    assert image.shape == (28, 28)
    confidences = np.full(10, 0.01)
    confidences[3] = 0.91
    return Prediction(confidences)


class Held:
    """A model that can be held before it answers, to look at what is seen meanwhile.

    Parameters
    ----------
    answer : callable
        Answers, once it may.
    """

    def __init__(self, answer: Callable[[NDArray[np.float32]], Prediction]) -> None:
        self._answer = answer
        self._may = threading.Event()
        self._may.set()
        self._asked: list[object] = []

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        self._asked.append(image)
        assert self._may.wait(20)
        self._asked.pop()
        return self._answer(image)

    @property
    def waiting(self) -> int:
        """How many questions wait for their answer."""
        return len(self._asked)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Give no answer within this block."""
        self._may.clear()
        try:
            yield
        finally:
            self._may.set()


@pytest.fixture
def widget() -> Iterator[DigitsWidget]:
    """Make a widget whose model always says 3."""
    widget = DigitsWidget(predict=answer)
    yield widget
    widget.close()


@pytest.fixture(autouse=True)
def threads_before(monkeypatch: pytest.MonkeyPatch) -> set[threading.Thread]:
    """Return the threads that are there before the test makes its first widget."""
    # Else each test waits a second for each of its own, as they do for more work.
    monkeypatch.setattr("digits_widget.widget.worker.LINGER", 0.02)
    # All widgets share these threads: one that another test has left would be used.
    deadline = time.monotonic() + 20
    while any(thread.name == "digits" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.002)
    return set(threading.enumerate())


@pytest.fixture
def settled(threads_before: set[threading.Thread]) -> Iterator[Callable[[], None]]:
    """Return what waits until the threads that this test started have ended."""

    def wait() -> None:
        deadline = time.monotonic() + 20
        while set(threading.enumerate()) - threads_before:
            # Not joined: one that another thread is just starting cannot be yet.
            assert time.monotonic() < deadline
            time.sleep(0.002)

    yield wait
    wait()


class Clock:
    """Stands still until it is told to go on: timers wait for that, not for seconds."""

    def __init__(self) -> None:
        self._timers: list[threading.Timer] = []

    def start(self, timer: threading.Timer) -> None:
        """Keep a timer that somebody has started."""
        self._timers.append(timer)

    def waiting(self, seconds: float) -> int:
        """How many timers wait for so many seconds, started and not cancelled."""
        left = [each.interval for each in self._timers if not each.finished.is_set()]
        return left.count(seconds)

    def go_on(self) -> None:
        """Let the time pass that all timers wait for which there are now."""
        timers, self._timers = self._timers, []
        for timer in timers:
            if not timer.finished.is_set():
                timer.function(*timer.args, **timer.kwargs)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a clock that all timers go by which are made from now on."""
    clock = Clock()

    class Timer(threading.Timer):
        def start(self) -> None:
            clock.start(self)

    monkeypatch.setattr(threading, "Timer", Timer)
    return clock


@pytest.fixture
def look(settled: Callable[[], None]) -> Look:
    """Return what puts a widget, or a part of it, on the screen, to be used."""
    return lambda root: PanelDriver(root, settled).see()


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many images widgets ask about in each call about several."""
    sizes: list[int] = []
    # A function as a model has no batches: only what calls it knows which are one.
    many = CallablePredictor.many

    def count(
        predictor: CallablePredictor, images: NDArray[np.float32]
    ) -> list[Prediction]:
        sizes.append(len(images))
        return many(predictor, images)

    monkeypatch.setattr(CallablePredictor, "many", count)
    return sizes
