"""`Retry`: asks again about once a second while the server does not answer."""

from __future__ import annotations

from collections.abc import Callable

from digits_widget.errors import AnswerError, ServingError, TooLargeError
from digits_widget.state import State
from digits_widget.widget.worker import Worker

INTERVAL = 1.0
"""Seconds between two requests to a server that did not answer."""


_LASTING = (AnswerError, TooLargeError)
"""Errors that asking again would not mend: the model answers, but not as expected."""


class Retry:
    """A view that shows nothing: after a problem with the server it asks again.

    There is no timer without a problem, or while no page shows the widget, for example
    after its cell has run again: an idle kernel stays idle.

    Parameters
    ----------
    retry : callable
        Asks again.
    is_seen : callable
        Returns whether a page shows the widget.
    """

    def __init__(self, retry: Callable[[], None], is_seen: Callable[[], bool]) -> None:
        self._retry_soon = Worker(retry, quiet=INTERVAL)
        self._is_seen = is_seen

    def show(self, state: State) -> None:
        """Ask again soon if the state's problem may pass by itself."""
        self.close()
        if (
            isinstance(state.problem, ServingError)
            and not isinstance(state.problem, _LASTING)
            and not state.waiting
            and self._is_seen()
        ):
            self._retry_soon()

    def close(self) -> None:
        """Stop asking."""
        self._retry_soon.cancel()
