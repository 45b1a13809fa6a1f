"""`Affinity`: a small request that comes alone stays on one processor.

Python's threads take turns, and gRPC's change places three times for every request.
Where each wakes on another processor than the last, waking it and its cold caches cost
about as much as the rest of gRPC. The graph is free of Python's lock: what comes
together, and what is large, runs on all processors.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SMALL_BYTES = 64 * 2**10
"""A request up to this size is as soon answered as another processor is awake."""


class Affinity:
    """Chooses the processors of a server's threads; does nothing where none can.

    Only Linux has a choice. Where the process may use one processor, there is none.
    """

    def __init__(self) -> None:
        self._all = _allowed()
        # By chance: servers side by side mostly get different ones.
        self._one = set(random.sample(sorted(self._all), min(1, len(self._all))))
        self._busy = 0
        self._lock = threading.Lock()
        self._thread = threading.local()

    @contextmanager
    def narrow(self) -> Iterator[None]:
        """Let threads that are started meanwhile, and by these, begin on one."""
        _move(self._one)
        try:
            yield
        finally:
            _move(self._all)

    @contextmanager
    def request(self, size: int) -> Iterator[None]:
        """Answer a request of `size` bytes in one of these threads."""
        with self._lock:
            self._busy += 1
            is_wide = self._busy > 1 or size > SMALL_BYTES
        if is_wide != getattr(self._thread, "is_wide", False):
            _move(self._all if is_wide else self._one)
            self._thread.is_wide = is_wide
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1


def _allowed() -> set[int]:
    """Give the processors there are; none where nobody can choose."""
    if hasattr(os, "sched_getaffinity"):
        # Some sandboxes forbid it; it is only about speed.
        with suppress(OSError):
            return os.sched_getaffinity(0)
    return set()


def _move(processors: set[int]) -> None:
    """Keep the calling thread on these processors."""
    if processors:
        with suppress(OSError):
            os.sched_setaffinity(0, processors)
