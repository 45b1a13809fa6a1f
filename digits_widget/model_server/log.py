"""What the server says on stderr: one line for each thing that happened."""

from __future__ import annotations

import sys
import threading
import time

_WRITING = threading.Lock()
_LONGEST = 500


def say(text: str) -> None:
    """Write one line, with the time of day. Line breaks in `text` become blanks.

    Names that came with a request can hold anything, so what cannot be printed is
    escaped: a log line is never two, and never moves the cursor.
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
            # Whoever read our stderr is gone. Serving matters more than saying so.
            return
