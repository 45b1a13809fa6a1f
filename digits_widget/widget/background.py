"""`Background`: threads that speak for whoever starts them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextvars import copy_context


def run_in_background(work: Callable[[], None]) -> None:
    """Run `work` now, in a thread of its own.

    ipykernel keeps the message that is being handled in context variables. A bare
    thread has none, and some releases (7.0) then refuse to send anything to the
    browser. A copy of the caller's context works with all of them, with and without
    subshells, and also while a cell keeps the main thread busy.
    """
    if sys.is_finalizing():
        # The interpreter ends and deletes its widgets. A thread would not begin any
        # more, and starting it would wait for that.
        return
    run = copy_context().run
    threading.Thread(target=run, args=(work,), daemon=True).start()


def run_after(seconds: float, work: Callable[[], None]) -> threading.Timer:
    """Run `work` once after `seconds`; return the timer, which can be cancelled."""
    timer = threading.Timer(seconds, copy_context().run, args=(work,))
    timer.daemon = True
    timer.start()
    return timer
