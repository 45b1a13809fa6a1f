"""Reads a child process's output in a thread: Windows cannot `select` on pipes."""

from __future__ import annotations

import threading
from typing import IO

_KEPT_BYTES = 4000


class ChildOutput:
    """The latest output of a child process on one of its pipes.

    Parameters
    ----------
    pipe : binary file
        The child's stdout or stderr. The thread reads it to the end and closes it.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._tail = b""
        self._has_ended = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, name="child", daemon=True).start()

    @property
    def text(self) -> str:
        """The latest output."""
        return self._tail.decode("utf-8", "replace").strip()

    def wait_for_line(self, timeout: float) -> bool:
        """Wait for a whole line, or the end; return False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._has_ended or b"\n" in self._tail, timeout
            )

    def wait_for_end(self, timeout: float) -> None:
        """Wait until the thread has read everything that the child wrote."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_ended, timeout)

    def _read(self) -> None:
        with self._pipe:
            for line in self._pipe:
                with self._changed:
                    self._tail = (self._tail + line)[-_KEPT_BYTES:]
                    self._changed.notify_all()
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()
