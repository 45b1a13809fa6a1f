"""`Worker`: work in a background thread, one thing at a time; the newest request wins.

Drawings change faster than the widget can work on them. Everything that may take long
goes through a `Worker`: painting, the session's pipeline, requests about a batch.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Generic, TypeVar, TypeVarTuple

Request = TypeVarTuple("Request")
Result = TypeVar("Result")
Told = TypeVar("Told")

LINGER = 1.0
"""Seconds that a thread waits for more work before it ends.

For every new thread that sends something, ipykernel opens a socket and keeps it for ten
seconds. A thread for each answer would hold hundreds of sockets open.
"""


class Worker(Generic[*Request, Result]):
    """Do `work` for the newest request, in another thread.

    A request replaces one that still waits, and the worker drops the result of an older
    one, so that it never shows a result about another drawing. No thread stays alive
    for long without work.

    Parameters
    ----------
    work : callable
        Takes the arguments of the request, and returns a result. It never runs twice at
        the same time.
    show : callable, optional
        Receives the result, unless there is a newer request.
    fail : callable, optional
        Receives the exception that `work` or `show` raised, unless there is a newer
        request. Without `fail`, the exception propagates.
    interval : float
        Seconds from the end of one run to the start of the next, at least. After a
        slow run the pause is as long as the run, to leave the pointer half of the time.
    quiet : float
        Seconds without another request before the work begins.
    background : callable, optional
        Runs a function soon in another thread; by default `in_background`.

    Notes
    -----
    `show` and `fail` run under the worker's lock, so that neither runs after `cancel`.
    They may draw on the screen, but must not wait for another thread.
    """

    def __init__(
        self,
        work: Callable[[*Request], Result],
        show: Callable[[Result], object] | None = None,
        fail: Callable[[Exception], object] | None = None,
        *,
        interval: float = 0.0,
        quiet: float = 0.0,
        background: Callable[[Callable[[], None]], object] | None = None,
    ) -> None:
        self._work = work
        self._show = show
        self._fail = fail
        self._interval = interval
        self._quiet = quiet
        self._background = background or in_background
        self._changed = threading.Condition()
        self._number = 0
        self._request: tuple[*Request] | None = None
        self._timer: threading.Timer | None = None
        self._is_due = self._is_urgent = self._is_running = False

    def __call__(self, *request: *Request, now: bool = False) -> None:
        """Work on a request when it is due.

        Parameters
        ----------
        *request
            Arguments for `work`.
        now : bool
            Whether to begin at once, or as soon as the present run is over.
        """
        with self._changed:
            self.cancel()
            self._request = request
            if self._quiet and not now:
                come_due = partial(self._come_due, self._number, now=now)
                self._timer = after(self._quiet, come_due)
            else:
                self._come_due(self._number, now=now)

    def cancel(self) -> None:
        """Drop the request that waits, and the result of the one in progress."""
        with self._changed:
            self._number += 1
            self._request, self._is_due = None, False
            if self._timer:
                self._timer.cancel()

    def _come_due(self, number: int, *, now: bool) -> None:
        with self._changed:
            if number != self._number:
                return
            self._is_due = True
            self._is_urgent = self._is_urgent or now
            self._changed.notify_all()
            if not self._is_running:
                self._is_running = True
                self._background(self._run)

    def _run(self) -> None:
        try:
            while (due := self._next()) is not None:
                start = time.monotonic()
                self._do(*due)
                self._pause(time.monotonic() - start)
        except BaseException:
            # After a failure, the next request may run.
            self._is_running = False
            raise

    def _next(self) -> tuple[int, tuple[*Request]] | None:
        """Return the request that is due, and its number; None ends the thread."""
        with self._changed:
            self._is_urgent = False
            self._is_running = self._is_due
            if not self._is_due or self._request is None:
                return None
            request, self._request, self._is_due = self._request, None, False
            return self._number, request

    def _do(self, number: int, request: tuple[*Request]) -> None:
        try:
            result = self._work(*request)
            self._tell(number, self._show, result)
        except Exception as exc:
            if self._fail is None:
                raise
            self._tell(number, self._fail, exc)

    def _tell(
        self, number: int, listener: Callable[[Told], object] | None, what: Told
    ) -> None:
        with self._changed:
            if listener and number == self._number:
                listener(what)

    def _pause(self, seconds: float) -> None:
        if self._interval:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._is_urgent, max(self._interval, seconds)
                )


class _Threads:
    """Run functions in other threads, on behalf of the message being handled.

    ipykernel keeps that message in context variables. A bare thread has none, and some
    releases (7.0) then refuse to send anything to the browser. A copy of the caller's
    context works with all releases, with and without subshells, even while a cell keeps
    the main thread busy.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: deque[Callable[[], object]] = deque()
        self._idle = 0

    def __call__(self, work: Callable[[], object]) -> None:
        """Run `work` now, in another thread; not at all while Python exits."""
        if sys.is_finalizing():
            # While Python exits it deletes widgets, which then close. A new thread
            # would no longer begin, and `start` would wait for it for ever.
            return
        with self._changed:
            self._jobs.append(partial(copy_context().run, work))
            if self._idle >= len(self._jobs):
                self._changed.notify()
                return
        threading.Thread(target=self._run, name="digits", daemon=True).start()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job()

    def _next(self) -> Callable[[], object] | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._jobs, LINGER)
            self._idle -= 1
            return self._jobs.popleft() if self._jobs else None


in_background = _Threads()
"""Runs a function soon in another thread; all widgets of a kernel share the threads."""


def after(seconds: float, work: Callable[[], object]) -> threading.Timer:
    """Run `work` once in the background, later.

    Parameters
    ----------
    seconds : float
        How long to wait.
    work : callable
        A function without arguments.

    Returns
    -------
    Timer
        The timer, started; its `cancel` prevents the call.
    """
    timer = threading.Timer(seconds, copy_context().run, args=(in_background, work))
    timer.daemon = True
    timer.start()
    return timer
