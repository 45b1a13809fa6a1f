"""`Recovery`: asks again about once a second while the server does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

from digits_widget.errors import ServingError
from digits_widget.session import State

INTERVAL = 1.0
"""Seconds between two questions to a server that did not answer."""


class Recovery:
    """A view that shows nothing: it turns a problem with the server into a retry.

    Without a problem there is no timer, so an idle kernel stays idle.

    Parameters
    ----------
    retry : callable
        Asks again.
    after : callable
        Runs a function after a number of seconds, and returns a timer.
    """

    def __init__(
        self,
        retry: Callable[[], None],
        after: Callable[[float, Callable[[], None]], threading.Timer],
    ) -> None:
        self._retry = retry
        self._after = after
        self._timer: threading.Timer | None = None

    def show(self, state: State) -> None:
        """Set the timer if this state has a problem that may pass by itself."""
        if isinstance(state.problem, ServingError) and not state.waiting:
            self.close()
            self._timer = self._after(INTERVAL, self._retry)

    def close(self) -> None:
        """Ask no more."""
        if self._timer:
            self._timer.cancel()
