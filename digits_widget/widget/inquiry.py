"""`Inquiry`: work that a panel does about a drawing once the hand rests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Generic, Protocol, TypeVar

from ipywidgets import HTML, DOMWidget

from digits_widget.state import State
from digits_widget.widget.background import Background
from digits_widget.widget.status import problem_html
from digits_widget.widget.study import Study

T = TypeVar("T")

REST = 0.35
"""Seconds without a new drawing after which the hand rests."""


class Subject(Protocol[T]):
    """What an inquiry is about: a panel."""

    blank: str
    """What to say while nothing is drawn."""

    body: DOMWidget
    """What shows results; dimmed while the one shown is about an older drawing."""

    def work(self, state: State) -> T:
        """Find out; may ask the server, and take long."""

    def draw(self, result: T) -> str:
        """Show what was found; return it as one sentence."""

    def clear(self) -> None:
        """Show that nothing is known."""


class Inquiry(Generic[T]):
    """Find out about each drawing that rests, and say in one line how it went.

    While a hand draws nothing is asked, so that nobody waits for a batch.

    Parameters
    ----------
    subject : Subject
        What works, and shows.
    background : Background
        Runs it.
    """

    def __init__(self, subject: Subject[T], background: Background) -> None:
        self.line = HTML()
        self.line.add_class("digits-line")
        self._subject = subject
        self._after: Callable[..., threading.Timer] = background.after
        self._study = Study(subject.work, self._done, self._failed, background)
        self._lock = threading.RLock()
        self._state = State()
        self._timer: threading.Timer | None = None
        self._clear(self._subject.blank)

    def __call__(self, state: State) -> None:
        """Look at a state, as `show` of a panel gets it."""
        with self._lock:
            old, self._state = self._state, state
            if (old.trace, old.prediction) == (state.trace, state.prediction) and (
                old.problem is state.problem
            ):
                return
            if self._timer:
                self._timer.cancel()
            self._look(state)

    def again(self) -> None:
        """Find out anew about what is drawn, now: a control has changed."""
        with self._lock:
            if self._state.prediction is not None:
                self._dim()
                self._study(self._state)

    def wait(self, timeout: float | None = None) -> bool:
        """Return once nothing is worked on, or after `timeout` s; tell whether so."""
        return self._study.wait(timeout)

    def _look(self, state: State) -> None:
        if state.prediction is not None:
            self._dim()
            self._timer = self._after(REST, partial(self._study, state))
        elif state.waiting:
            self._dim()
        elif state.problem is not None:
            self._clear(None)
            self.line.value = problem_html(state.problem)
        else:
            self._clear(self._subject.blank)

    def _dim(self) -> None:
        self._subject.body.add_class("digits-stale")

    def _clear(self, words: str | None) -> None:
        self._subject.clear()
        self._subject.body.remove_class("digits-stale")
        if words is not None:
            self._say(words)

    def _say(self, words: str) -> None:
        self.line.value = f'<div role="status">{escape(words)}</div>'

    def _done(self, state: State, result: T) -> None:
        with self._lock:
            if state.prediction is self._state.prediction:
                self._say(self._subject.draw(result))
                self._subject.body.remove_class("digits-stale")

    def _failed(self, state: State, problem: Exception) -> None:
        with self._lock:
            if state.prediction is self._state.prediction:
                self._clear(None)
                self.line.value = problem_html(problem)
