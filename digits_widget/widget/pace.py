"""`Pace`: do something often, but not too often, and nothing at all when idle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Run `work` at most once every `interval` seconds, and always after the last call.

    The first call works at once. Its thread ends as soon as nothing is left to do, so
    an idle pace costs nothing and a forgotten one leaves nothing behind.

    Parameters
    ----------
    work : callable
        What to do. Never runs twice at the same time.
    interval : float
        Seconds from the end of one run to the start of the next, at least. After a
        slow run it is as long as that was: the hand needs the other half of the time.
    background : callable
        Runs a function soon in another thread.
    """

    def __init__(
        self,
        work: Callable[[], None],
        *,
        interval: float,
        background: Callable[[Callable[[], None]], object],
    ) -> None:
        self._work = work
        self._interval = interval
        self._background = background
        self._changed = threading.Condition()
        self._wanted = False
        self._urgent = False
        self._running = False

    def __call__(self, *, now: bool = False) -> None:
        """Ask for a run, in its time, or `now`: as soon as the present one is over."""
        with self._changed:
            self._wanted = True
            self._urgent = self._urgent or now
            self._changed.notify_all()
            if self._running:
                return
            self._running = True
        self._background(self._run)

    def _run(self) -> None:
        try:
            while self._next():
                start = time.monotonic()
                self._work()
                pause = max(self._interval, time.monotonic() - start)
                with self._changed:
                    self._changed.wait_for(lambda: self._urgent, pause)
        except BaseException:
            # A work that fails may be asked again.
            self._running = False
            raise

    def _next(self) -> bool:
        """Take what is wanted; False ends the thread, because nothing is."""
        with self._changed:
            self._running = self._wanted
            self._wanted = self._urgent = False
            return self._running
