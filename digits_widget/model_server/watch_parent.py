"""Ends this process when its parent process has ended for any reason."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

_LOOK_SECONDS = 1.0


def watch_parent(then: Callable[[], None]) -> None:
    """Call `then`, in a thread, when stdin ends or the parent changes.

    stdin is a pipe that the parent holds open; the system closes it even when the
    parent is killed. If a fork of the parent also holds the pipe open, our parent
    process id still changes. (Windows has neither forks nor such a change.)
    """
    parent = os.getppid()

    def until_stdin_ends() -> None:
        while os.read(0, 4096):
            pass
        then()

    def until_parent_changes() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        then()

    for watch in (until_stdin_ends, until_parent_changes):
        threading.Thread(target=watch, name="parent", daemon=True).start()
