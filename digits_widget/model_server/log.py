"""Writes the server's log on stderr: one line for each event."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_WRITING = threading.Lock()
_LONGEST = 500
_SAID: set[str] = set()


def log(text: str) -> None:
    """Write one line, with the time of day. Line breaks in `text` become blanks.

    The function escapes characters that cannot be printed, because names in a request
    can contain anything. They must not add a line or move the cursor.
    """
    flat = " ".join(text.split())
    shown = flat if flat.isprintable() else repr(flat)[1:-1]
    if len(shown) > _LONGEST:
        shown = shown[: _LONGEST - 1] + "…"
    stamp = time.strftime("%H:%M:%S")
    with _WRITING:
        try:
            sys.stderr.write(f"{stamp} model server: {shown}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            # The reader of stderr has gone. The server must continue without a log.
            return


@contextmanager
def holding_log() -> Iterator[None]:
    """Hold back log lines until the end of the block."""
    with _WRITING:
        yield


def log_once(text: str) -> None:
    """Write one line unless it was already written."""
    if text not in _SAID:
        _SAID.add(text)
        log(text)


class _Lines(logging.Handler):
    """Logs the messages of libraries, each kind once and without a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = f"{record.name}: {record.msg}"
        if kind not in _SAID:
            _SAID.add(kind)
            error = record.exc_info[1] if record.exc_info else None
            log(f"{record.name}: {record.getMessage()}" + (f" {error!r}" * bool(error)))


def log_libraries() -> None:
    """Send the warnings of asyncio, gRPC and tornado to this log."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Lines()], force=True)
