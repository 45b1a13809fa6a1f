"""Ends this process when the one that started it is gone, however it went."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

_LOOK_SECONDS = 1.0


def watch_parent(then: Callable[[], None]) -> None:
    """Call `then`, in a thread, when stdin ends or the parent changes.

    stdin is a pipe that the parent holds open; the system closes it even when the
    parent is killed. Should a fork of the parent hold the pipe open as well, the
    change of our parent's id tells.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            ready, _, _ = select.select([0], [], [], _LOOK_SECONDS)
            if ready and not os.read(0, 4096):
                break
        then()

    threading.Thread(target=watch, name="parent", daemon=True).start()
