"""`Bar`: one line on the terminal that says how far a long command is."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self, TextIO

_WIDTH = 28
_EVERY = 0.2
"""Seconds between two looks of the bar."""


class Bar:
    """Draws itself on standard error, and only if somebody is there to look.

    Parameters
    ----------
    task : str
        What is done, such as ``training``.
    stream : file, optional
        Standard error if not given.
    """

    def __init__(self, task: str, *, stream: TextIO | None = None) -> None:
        self._task = task
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._began = time.monotonic()
        self._first: int | None = None
        self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown and self._last:
            self._stream.write("\n")

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show that `done` of `total` are done."""
        now = time.monotonic()
        if self._first is None:
            # A run that goes on did not do the first part in this time.
            self._first, self._began = done - 1, now
        if not self._shown or (now - self._last < _EVERY and done < total):
            return
        self._last = now
        filled = round(_WIDTH * done / max(total, 1))
        left = (now - self._began) / max(done - self._first, 1) * (total - done)
        line = (
            f"\r{self._task} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,} of "
            f"{total:,}, {_clock(left)} left {note}"
        )
        self._stream.write(f"{line:<79}")
        self._stream.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
