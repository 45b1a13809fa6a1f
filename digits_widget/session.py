"""`Session`: the latest drawing wins.

A hand draws faster than a server answers. The session prepares every drawing, sends at
most one request at a time and, when the answer comes, asks only about the newest
drawing. A drawing never shows the answer about another one.

The session depends on neither Jupyter nor gRPC: its caller passes `prepare`, `predict`
and `background`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import EmptyDrawingError
from digits_widget.prediction import Prediction
from digits_widget.state import State, View
from digits_widget.trace import Trace

__all__ = ["Session", "State", "View"]

QUICK = 0.03
"""Seconds. A faster answer is shown together with the steps, not after them.

That halves the browser's work, because the picture changes once instead of twice.
"""


class Session:
    """Turn drawings into states, and tell the views.

    Parameters
    ----------
    prepare : callable
        Takes a `Drawing`, returns its `Trace`. `draw` calls it in its own thread, one
        drawing at a time.
    predict : callable
        Takes (28, 28) float32 in [0, 1], 1 is ink, and returns a `Prediction`. Runs in
        the background.
    background : callable
        Takes a function and runs it in another thread.

    Notes
    -----
    All methods may be called from any thread.
    """

    def __init__(
        self,
        prepare: Callable[[Drawing], Trace],
        predict: Callable[[NDArray[np.float32]], Prediction],
        background: Callable[[Callable[[], None]], object],
    ) -> None:
        self._prepare = prepare
        self._predict = predict
        self._background = background
        self._publisher = _Publisher()
        self._order = threading.Lock()
        self._asking_lock = threading.Lock()
        self._asking = False
        self._is_quick = False
        self._sequence = 0
        self._kept = self.state

    @property
    def state(self) -> State:
        """The newest state."""
        return self._publisher.state

    @property
    def newest(self) -> State:
        """The newest state of the whole drawing, also while an earlier one is shown."""
        state = self.state
        return self._kept if state.is_past else state

    @property
    def prepare(self) -> Callable[[Drawing], Trace]:
        """The function from drawing to trace; `use` changes it."""
        return self._prepare

    def use(self, prepare: Callable[[Drawing], Trace]) -> None:
        """Prepare the newest drawing, and all later ones, with another function.

        The revision changes, so answers about the old trace are dropped.
        """
        with self._order:
            self._prepare = prepare
            revision = self._take(self.newest.drawing)
        self._publish(revision)

    def subscribe(self, view: View) -> None:
        """Call `view` with each new state, after the views that subscribed before."""
        self._publisher.subscribe(view)

    def draw(self, drawing: Drawing, *, sequence: int | None = None) -> None:
        """Prepare `drawing`, show its trace and ask the model about it.

        Returns when the views have this trace or a newer one.

        Parameters
        ----------
        drawing : Drawing
            The newest one; a blank one is not asked about.
        sequence : int, optional
            Rises with each drawing. One that comes after a newer one, from another
            thread, is dropped.
        """
        with self._order:
            if sequence is not None and sequence < self._sequence:
                revision = self.state.revision
            else:
                self._sequence = sequence or self._sequence
                revision = self._take(drawing)
        self._publish(revision)

    def look_back(self, moment: State) -> None:
        """Show an earlier moment of the drawing, without asking the model about it.

        `come_back` returns to the newest state; so does the next drawing.
        """
        with self._order:
            self._kept = self.newest
            self._publisher.change(
                lambda now: replace(
                    moment,
                    revision=now.revision + 1,
                    waiting=False,
                    is_past=True,
                    notice=now.notice,
                )
            )
        self._publisher.show()

    def come_back(self) -> None:
        """Show the newest state again, if an earlier one is shown."""
        with self._order:
            self._publisher.change(
                lambda now: (
                    replace(self._kept, revision=now.revision + 1, notice=now.notice)
                    if now.is_past
                    else now
                )
            )
        self._ask()
        self._publisher.show()

    def retry(self) -> None:
        """Ask again about the newest drawing, if there was a problem."""
        self._publisher.change(
            lambda old: replace(old, waiting=old.waiting or _is_failed(old))
        )
        self._ask()
        self._publisher.show()

    def announce(self, notice: str) -> None:
        """Show a notice until the next one; an empty one removes it."""
        self._publisher.change(lambda old: replace(old, notice=notice))
        self._publisher.show()

    def report(self, problem: Exception) -> None:
        """Show a problem from outside the session, such as in a handler of the canvas.

        It stays until the next drawing, whatever the model answers about this one.
        """
        self._publisher.fail(problem)
        self._publisher.show()

    def wait(self, timeout: float | None = None) -> State:
        """Wait for the answer, at most `timeout` seconds, and return the state."""
        self._publisher.wait_for(
            lambda shown: shown is self.state and not shown.waiting, timeout
        )
        return self.state

    def close(self) -> None:
        """Stop showing states and sending requests."""
        self._publisher.close()

    def _take(self, drawing: Drawing) -> int:
        """Put `drawing` and its trace in place; return its revision."""
        trace, problem = self._trace(drawing)
        state = self._publisher.change(lambda old: _drawn(old, drawing, trace, problem))
        return state.revision

    def _publish(self, revision: int) -> None:
        """Ask about what was taken; return when it, or a newer one, has been shown."""
        self._ask()
        if self._is_quick and self.state.waiting:
            self._publisher.wait_until(lambda now: not now.waiting, QUICK)
        self._publisher.show()
        self._publisher.wait_for(lambda shown: shown.revision >= revision)

    def _trace(self, drawing: Drawing) -> tuple[Trace | None, Exception | None]:
        if not drawing:
            return None, None
        try:
            return self._prepare(drawing), None
        except EmptyDrawingError:
            # The eraser removed all the ink, so the drawing counts as blank.
            return None, None
        except Exception as exc:  # noqa: BLE001 - a prepare from a notebook
            return None, exc

    def _ask(self) -> None:
        with self._asking_lock:
            if self._asking or self._publisher.is_closed or not self.state.waiting:
                return
            self._asking = True
        self._background(self._answer)

    def _answer(self) -> None:
        """Send requests, in the background, until the newest drawing is answered."""
        while (question := self._question()) is not None:
            start = time.monotonic()
            answer = self._answer_to(question)
            self._is_quick = time.monotonic() - start < QUICK
            self._settle(question, answer)
            self._publisher.show()

    def _question(self) -> State | None:
        with self._asking_lock:
            state = self.state
            if state.waiting and not self._publisher.is_closed:
                return state
            self._asking = False
            return None

    def _answer_to(self, question: State) -> State:
        assert question.trace is not None  # noqa: S101 - only traces are asked about
        done = replace(question, previous=None, problem=None, waiting=False)
        try:
            return replace(done, prediction=self._predict(question.trace.tensor))
        except Exception as exc:  # noqa: BLE001 - shown, whatever it is
            return replace(done, problem=exc)

    def _settle(self, question: State, answer: State) -> None:
        """Set the answer, unless the drawing has changed meanwhile."""
        self._publisher.change(
            lambda now: (
                replace(answer, notice=now.notice)
                if now.revision == question.revision
                else now
            )
        )


def _drawn(
    old: State, drawing: Drawing, trace: Trace | None, problem: Exception | None
) -> State:
    asks = is_question(drawing, trace)
    return State(
        revision=old.revision + 1,
        drawing=drawing,
        trace=trace,
        previous=(old.prediction or old.previous) if asks else None,
        # The last problem stays during a request, because a blinking line is
        # unreadable.
        problem=old.problem if asks else problem,
        waiting=asks,
        notice=old.notice,
    )


def is_question(drawing: Drawing, trace: Trace | None) -> bool:
    """Return whether the model can be asked: not about a blank, a dot or full ink.

    Parameters
    ----------
    drawing : Drawing
        The strokes.
    trace : Trace or None
        Its steps; None if it has no ink or could not be prepared.
    """
    if trace is None or drawing.is_dot:
        return False
    found = trace.finding
    return found is None or found.is_digit


def _is_failed(state: State) -> bool:
    return state.problem is not None and is_question(state.drawing, state.trace)


class _Publisher:
    """Hold the state, and tell the views about it, one state at a time.

    The thread that changes the state shows it, unless another thread is showing: then
    that one comes to it. So views are called one state at a time and never under a
    lock, a view may change the state again, and no thread waits for another one's
    views. A view that is slow misses states, never the last one.
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
        """Call `view` with each new state, after the views that subscribed before."""
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
            # Ctrl-C in a cell that draws: another thread must be able to show.
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
            self._views = ()
            self._changed.notify_all()

    def _next_after(self, shown: State) -> State | None:
        """Return a state newer than `shown`, or let the next thread show."""
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
