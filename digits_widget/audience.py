"""`Audience`: the views of a session, told one state at a time, always the newest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from digits_widget.state import State, View


class Audience:
    """Hold the state, and tell the views about it.

    Whoever changes the state shows it, in the own thread, unless another thread is
    showing: then that one comes to it. So views are called one state at a time and
    never under a lock, a view may change the state again, and no thread waits for
    another one's views. A view that is slow misses states, never the last one.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._state = self._shown = State()
        self._views: tuple[View, ...] = ()
        self._shower: int | None = None
        self._failure: tuple[int, Exception | None] = (0, None)
        self._closed = False

    @property
    def state(self) -> State:
        """The newest state."""
        return self._state

    @property
    def is_closed(self) -> bool:
        """Whether nothing is shown any more."""
        return self._closed

    def subscribe(self, view: View) -> None:
        """Tell `view` about each new state, after those that subscribed before."""
        self._views = (*self._views, view)

    def change(self, update: Callable[[State], State]) -> State:
        """Put what `update` makes of the state in its place, in one go; return it."""
        with self._changed:
            self._state = update(self._state)
            self._changed.notify_all()
            return self._state

    def fail(self, problem: Exception) -> None:
        """Have `problem` shown until there is another drawing, whatever is answered."""
        with self._changed:
            self._failure = self._state.revision, problem
            self._state = replace(self._state)

    def show(self) -> None:
        """Show the newest state, unless another thread is at it and will come to it."""
        with self._changed:
            if self._shower is not None:
                return
            self._shower = threading.get_ident()
        try:
            shown = self._shown
            while (state := self._next_after(shown)) is not None:
                self._tell(state)
                shown = state
        except BaseException:
            # Ctrl-C in a cell that draws: somebody must be able to show again.
            self._shower = None
            raise

    def wait_until(self, condition: Callable[[State], bool], timeout: float) -> None:
        """Wait until the newest state meets `condition`, shown or not."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or condition(self._state), timeout
            )

    def wait_for(
        self, condition: Callable[[State], bool], timeout: float | None = None
    ) -> None:
        """Wait until the state shown last meets `condition`, or `timeout` seconds."""
        if self._shower == threading.get_ident():
            # A view that draws again cannot wait for itself.
            return
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or condition(self._shown), timeout
            )

    def close(self) -> None:
        """Show nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _next_after(self, shown: State) -> State | None:
        """Return a state newer than `shown`, or leave showing to whoever comes next."""
        with self._changed:
            self._shown = shown
            self._changed.notify_all()
            if self._closed or self._state is shown:
                self._shower = None
                return None
            return self._state

    def _tell(self, state: State) -> None:
        revision, failure = self._failure
        if failure and revision == state.revision:
            state = replace(state, problem=state.problem or failure)
        for view in self._views:
            try:
                view(state)
            except Exception as exc:  # noqa: BLE001 - the views after it show it
                state = replace(state, problem=exc)
                self._failure = state.revision, exc
