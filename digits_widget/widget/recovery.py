"""`Recovery`: asks again about once a second while the server does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

from digits_widget.errors import ServingError
from digits_widget.state import State

INTERVAL = 1.0
"""Seconds between two questions to a server that did not answer."""


class Recovery:
    """A view that shows nothing: it turns a problem with the server into a retry.

    Without a problem there is no timer, nor when nobody sees the widget, as after its
    cell has run again: an idle kernel stays idle.

    Parameters
    ----------
    retry : callable
        Asks again.
    after : callable
        Runs a function after a number of seconds, and returns a timer.
    is_seen : callable
        Tells whether the widget is on a screen.
    """

    def __init__(
        self,
        retry: Callable[[], None],
        after: Callable[[float, Callable[[], None]], threading.Timer],
        is_seen: Callable[[], bool],
    ) -> None:
        self._retry = retry
        self._after = after
        self._is_seen = is_seen
        self._timer: threading.Timer | None = None

    def show(self, state: State) -> None:
        """Set the timer if this state has a problem that may pass by itself."""
        self.close()
        if (
            isinstance(state.problem, ServingError)
            and not state.waiting
            and self._is_seen()
        ):
            self._timer = self._after(INTERVAL, self._retry)

    def close(self) -> None:
        """Ask no more."""
        if self._timer:
            self._timer.cancel()
