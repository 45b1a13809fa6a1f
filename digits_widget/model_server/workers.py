"""`Workers`: as many threads as there is work for at the same time, and no more.

From Python 3.12 on, a thread of ``concurrent.futures`` may take what was meant for an
idle one, which then counts as busy for ever. A pool whose limit is hundreds, as ours is
for the sake of slow clients, comes to have hundreds of threads that way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

LINGER = 10.0
"""Seconds that a thread waits for more work before it ends."""


class Workers:
    """Run functions in threads: what gRPC needs of an executor. They end by themselves.

    Parameters
    ----------
    most : int
        Threads at the same time. What comes beyond waits for one.
    name : str
        Of the threads.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._count = 0
        # Threads without work, less work without a thread: whichever takes which.
        self._free = 0

    def submit(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Call `function` soon.

        Raises
        ------
        RuntimeError
            The system starts no more threads.
        """
        future: Future[Any] = Future()
        with self._lock:
            if self._free < 1 and self._count < self._most:
                self._begin()
            self._free -= 1
            self._work.put(partial(_fulfil, future, function, given))
        return future

    def _begin(self) -> None:
        threading.Thread(target=self._run, name=self._name, daemon=True).start()
        self._count += 1
        self._free += 1

    def _run(self) -> None:
        while True:
            try:
                work = self._work.get(timeout=LINGER)
            except Empty:
                if self._may_end():
                    return
                continue
            work()
            # Not kept while it waits for more: a request may be large.
            del work
            with self._lock:
                self._free += 1

    def _may_end(self) -> bool:
        """Take leave, unless there is work for this thread since a moment ago."""
        with self._lock:
            if self._free < 1:
                return False
            self._count -= 1
            self._free -= 1
            return True


def _fulfil(
    future: Future[Any], function: Callable[..., Any], given: tuple[Any, ...]
) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function(*given)
    except BaseException as exc:  # noqa: BLE001 - whoever has the future is told
        future.set_exception(exc)
    else:
        future.set_result(result)
