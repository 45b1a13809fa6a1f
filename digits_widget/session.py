"""`Session`: the latest drawing wins.

A hand draws faster than a server answers. The session prepares every drawing it is
given, keeps at most one request under way, and when the answer comes asks again only
about the newest drawing. An answer never belongs to another drawing.

It knows neither Jupyter nor gRPC: `prepare`, `predict` and `background` are given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import EmptyDrawingError
from digits_widget.prediction import Prediction
from digits_widget.trace import Trace


@dataclass(frozen=True, eq=False)
class State:
    """All that there is to show, at one moment. Views draw it and keep nothing."""

    revision: int = 0
    """Counts the drawings, from 0, the blank one at the start."""

    drawing: Drawing = field(default_factory=Drawing)
    """What the hand did, the newest there is."""

    trace: Trace | None = None
    """Every step of this drawing; None if it is blank or could not be prepared."""

    prediction: Prediction | None = None
    """The answer about this very drawing; None until it is there."""

    previous: Prediction | None = None
    """The last answer, about an older drawing, while a new one is awaited."""

    problem: Exception | None = None
    """What went wrong last. It stays until an answer comes or nothing is asked."""

    waiting: bool = False
    """Whether an answer about this drawing is still to come."""

    notice: str = ""
    """Something that takes time and is no problem, such as a server that starts."""


View = Callable[[State], None]
"""What a session tells about every new state; `show` of a view is one."""


class Session:
    """Turn drawings into states, and tell the views.

    Parameters
    ----------
    prepare : callable
        `Drawing` to `Trace`. Called in the thread of `draw`, one drawing at a time.
    predict : callable
        (28, 28) float32 in [0, 1], 1 is ink, to `Prediction`. Called by `background`.
    background : callable
        Runs a function soon in another thread.

    Notes
    -----
    All methods may be called from any thread. Views are called one state at a time and
    never under a lock, so a view may draw again. A view that is slow misses states,
    never the last one.
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
        self._order = threading.Lock()
        self._changed = threading.Condition()
        self._state = self._shown = State()
        self._views: tuple[View, ...] = ()
        self._shower: int | None = None
        self._failure: tuple[int, Exception | None] = (0, None)
        self._asking = False
        self._closed = False

    @property
    def state(self) -> State:
        """The newest state."""
        return self._state

    def subscribe(self, view: View) -> None:
        """Tell `view` about each new state, after those that subscribed before."""
        self._views = (*self._views, view)

    def draw(self, drawing: Drawing) -> None:
        """Prepare `drawing`, show its trace and ask about it.

        Returns when its trace, or a newer one, has been shown.
        """
        self.take(lambda: drawing)

    def take(self, source: Callable[[], Drawing]) -> None:
        """Draw what `source` gives.

        Whoever takes later gets a later revision, so two threads that take from one pad
        cannot swap an older drawing for a newer one.
        """
        with self._order:
            drawing = source()
            trace, problem = self._trace(drawing)
            with self._changed:
                revision = self._state.revision + 1
                self._state = self._drawn(revision, drawing, trace, problem)
        self._ask()
        self._show()
        self._wait_for(lambda: self._shown.revision >= revision)

    def retry(self) -> None:
        """Ask again about the newest drawing, if there was a problem."""
        with self._changed:
            state = self._state
            if state.problem is None or not _is_question(state.drawing, state.trace):
                return
            self._state = replace(state, waiting=True)
        self._ask()
        self._show()

    def announce(self, notice: str) -> None:
        """Show a notice until another one, or an empty one, takes its place."""
        with self._changed:
            self._state = replace(self._state, notice=notice)
        self._show()

    def report(self, problem: Exception) -> None:
        """Show a problem that came up outside, such as in a handler of the canvas.

        It stays until there is another drawing, whatever is answered about this one.
        """
        with self._changed:
            self._failure = self._state.revision, problem
            self._state = replace(self._state)
        self._show()

    def wait(self, timeout: float | None = None) -> State:
        """Return the state once nothing is awaited any more, or after `timeout` s."""
        self._wait_for(
            lambda: self._shown is self._state and not self._state.waiting, timeout
        )
        return self._state

    def close(self) -> None:
        """Show nothing more and ask nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _trace(self, drawing: Drawing) -> tuple[Trace | None, Exception | None]:
        if not drawing:
            return None, None
        try:
            return self._prepare(drawing), None
        except EmptyDrawingError:
            # All of the ink was erased: as blank as a new sheet.
            return None, None
        except Exception as exc:  # noqa: BLE001 - a prepare from a notebook
            return None, exc

    def _drawn(
        self,
        revision: int,
        drawing: Drawing,
        trace: Trace | None,
        problem: Exception | None,
    ) -> State:
        old = self._state
        asks = _is_question(drawing, trace)
        return State(
            revision=revision,
            drawing=drawing,
            trace=trace,
            previous=(old.prediction or old.previous) if asks else None,
            # While asking, the last problem stays: a line that blinks cannot be read.
            problem=old.problem if asks else problem,
            waiting=asks,
            notice=old.notice,
        )

    def _ask(self) -> None:
        with self._changed:
            if self._asking or self._closed or not self._state.waiting:
                return
            self._asking = True
        self._background(self._answer)

    def _answer(self) -> None:
        """Ask until the newest drawing is answered. Runs in the background."""
        while (question := self._question()) is not None:
            answer = self._answer_to(question)
            with self._changed:
                if self._state.revision == question.revision:
                    self._state = replace(answer, notice=self._state.notice)
            self._show()

    def _question(self) -> State | None:
        with self._changed:
            if self._state.waiting and not self._closed:
                return self._state
            self._asking = False
            return None

    def _answer_to(self, question: State) -> State:
        assert question.trace is not None  # noqa: S101 - only traces are asked about
        done = replace(question, previous=None, problem=None, waiting=False)
        try:
            return replace(done, prediction=self._predict(question.trace.tensor))
        except Exception as exc:  # noqa: BLE001 - shown, whatever it is
            return replace(done, problem=exc)

    def _show(self) -> None:
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

    def _wait_for(
        self, condition: Callable[[], bool], timeout: float | None = None
    ) -> None:
        if self._shower == threading.get_ident():
            # A view that draws again cannot wait for itself.
            return
        with self._changed:
            self._changed.wait_for(lambda: self._closed or condition(), timeout)


def _is_question(drawing: Drawing, trace: Trace | None) -> bool:
    """Return whether there is something to ask: a blank or a dot is no digit."""
    return trace is not None and not trace.is_blank and not drawing.is_dot
