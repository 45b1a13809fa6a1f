"""`Study`: work that a panel does about a drawing, in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from digits_widget.state import State

T = TypeVar("T")


class Study(Generic[T]):
    """Work on the newest state, one at a time, and show what still matters.

    A state that comes while another one is worked on waits for it, and takes the place
    of one that waits already. A result about a drawing that is no longer the newest is
    dropped, so nothing shown ever belongs to another drawing.

    Parameters
    ----------
    work : callable
        `State` to a result. May take long, and ask the server.
    show : callable
        Told the state and its result.
    fail : callable
        Told the state and the exception that `work` or `show` raised.
    background : callable
        Runs a function soon in another thread.
    """

    def __init__(
        self,
        work: Callable[[State], T],
        show: Callable[[State, T], None],
        fail: Callable[[State, Exception], None],
        background: Callable[[Callable[[], None]], object],
    ) -> None:
        self._work = work
        self._show = show
        self._fail = fail
        self._background = background
        self._changed = threading.Condition()
        self._waiting: State | None = None
        self._running = False

    def __call__(self, state: State) -> None:
        """Work on `state`, unless a newer one comes before its turn."""
        with self._changed:
            self._waiting = state
            if self._running:
                return
            self._running = True
        self._background(self._run)

    def wait(self, timeout: float | None = None) -> bool:
        """Return once nothing is worked on, or after `timeout` s; tell whether so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, timeout)

    def _run(self) -> None:
        while (state := self._next()) is not None:
            try:
                result = self._work(state)
                if self._is_newest():
                    self._show(state, result)
            except Exception as exc:  # noqa: BLE001 - shown, whatever it is
                if self._is_newest():
                    self._fail(state, exc)

    def _is_newest(self) -> bool:
        with self._changed:
            return self._waiting is None

    def _next(self) -> State | None:
        with self._changed:
            state, self._waiting = self._waiting, None
            self._running = state is not None
            self._changed.notify_all()
            return state
