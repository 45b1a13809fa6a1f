"""`Background`: threads that speak for whoever gives them work, and end when idle."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from functools import partial

LINGER = 1.0
"""Seconds that a thread waits for more work before it ends.

For every new thread that sends something, ipykernel opens a socket, and keeps it for
ten seconds. One for each answer would be hundreds.
"""


class Background:
    """Run functions in other threads, on behalf of the message that is being handled.

    ipykernel keeps that message in context variables. A bare thread has none, and some
    releases (7.0) then refuse to send anything to the browser. A copy of the caller's
    context works with all of them, with and without subshells, and also while a cell
    keeps the main thread busy.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: deque[Callable[[], None]] = deque()
        self._idle = 0

    def __call__(self, work: Callable[[], None]) -> None:
        """Run `work` now, in another thread; not at all while Python ends."""
        if sys.is_finalizing():
            # Widgets are deleted now, and close. A thread would not begin any more, and
            # starting it would wait for that for ever.
            return
        with self._changed:
            self._jobs.append(partial(copy_context().run, work))
            if self._idle >= len(self._jobs):
                self._changed.notify()
                return
        threading.Thread(target=self._run, name="digits", daemon=True).start()

    def after(self, seconds: float, work: Callable[[], None]) -> threading.Timer:
        """Run `work` once after `seconds`; return the timer, which can be cancelled."""
        timer = threading.Timer(seconds, copy_context().run, args=(self, work))
        timer.daemon = True
        timer.start()
        return timer

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._jobs, LINGER)
            self._idle -= 1
            return self._jobs.popleft() if self._jobs else None
