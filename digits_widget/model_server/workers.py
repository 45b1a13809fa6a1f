"""`Workers`: as many threads as there is work for at the same time, and no more.

From Python 3.12 on, a thread of ``concurrent.futures`` may take what was meant for an
idle one, which then counts as busy for ever. A pool whose limit is hundreds, as ours is
for the sake of slow clients, comes to have hundreds of threads that way.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

LINGER = 10.0
"""Seconds that a thread waits for more work before it ends."""

Work = Callable[[], None]


class Workers:
    """Run functions in threads: what gRPC needs of an executor. They end by themselves.

    The thread that was idle last is the next to work: its caches are warm, and those
    that a crowd of requests has left behind come to their end.

    Parameters
    ----------
    most : int
        Threads at the same time. What comes beyond waits for one.
    name : str
        Of the threads.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._lock = threading.Lock()
        self._count = 0
        self._idle: list[SimpleQueue[Work]] = []
        self._waiting: deque[Work] = deque()

    def submit(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Call `function` soon.

        Raises
        ------
        RuntimeError
            The system starts no thread, and there is none yet that could do it later.
        """
        future: Future[Any] = Future()
        work = partial(_fulfil, future, function, given)
        with self._lock:
            if self._idle:
                self._idle.pop().put(work)
            elif self._count == self._most or not self._begin(work):
                self._waiting.append(work)
        return future

    def _begin(self, work: Work) -> bool:
        """Start a thread with its first work; False if others have to do it."""
        own: SimpleQueue[Work] = SimpleQueue()
        own.put(work)
        try:
            threading.Thread(
                target=self._run, args=(own,), name=self._name, daemon=True
            ).start()
        except RuntimeError:
            if not self._count:
                raise
            return False
        self._count += 1
        return True

    def _run(self, own: SimpleQueue[Work]) -> None:
        work: Work | None = own.get()
        while work is not None:
            work()
            # Not kept while there is nothing to do: a request may be large.
            work = None
            work = self._next(own)

    def _next(self, own: SimpleQueue[Work]) -> Work | None:
        """Wait for work; None ends the thread."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(own)
        try:
            return own.get(timeout=LINGER)
        except Empty:
            with self._lock:
                if own in self._idle:
                    self._idle.remove(own)
                    self._count -= 1
                    return None
        # It came at this moment.
        return own.get()


def _fulfil(
    future: Future[Any], function: Callable[..., Any], given: tuple[Any, ...]
) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function(*given)
    except BaseException as exc:  # noqa: BLE001 - whoever has the future is told
        future.set_exception(exc)
        # The exception knows this frame: what it was given would stay with it.
        del future, function, given
    else:
        future.set_result(result)
