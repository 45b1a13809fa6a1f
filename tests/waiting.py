"""Waits for conditions, never for times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def until(
    condition: Callable[[], object],
    what: Callable[[], str] = lambda: "it did not happen",
    seconds: float = 90,
) -> None:
    """Wait until a condition is true; after `seconds`, fail and say `what` happened."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what()
        threading.Event().wait(0.02)
