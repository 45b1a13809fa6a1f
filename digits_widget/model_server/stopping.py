"""The wish that the server should end, told by a signal, another thread, or both."""

from __future__ import annotations

import contextlib
from queue import Empty, SimpleQueue

_LOOK_SECONDS = 0.5


class Stopping:
    """A wish that is waited for in the main thread, where signals are handled.

    An event of `threading` will not do. A handler that sets one while its own thread
    waits for it may find the event's lock held, by itself, and wait for ever; a queue
    of this kind may be filled at any moment.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._told: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Wish it, from anywhere."""
        self._is_set = True
        self._told.put(None)

    def is_set(self) -> bool:
        """Tell whether somebody did."""
        return self._is_set

    def wait(self) -> None:
        """Wait until somebody does."""
        while not self._is_set:
            # Never without an end: a signal that comes in the moment before the
            # thread falls asleep does not wake it.
            with contextlib.suppress(Empty):
                self._told.get(timeout=_LOOK_SECONDS)
