"""`Session`: the latest drawing wins.

A hand draws faster than a server answers. The session prepares every drawing it is
given, keeps at most one request under way, and when the answer comes asks again only
about the newest drawing. An answer never belongs to another drawing.

It knows neither Jupyter nor gRPC: `prepare`, `predict` and `background` are given.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digits_widget.audience import Audience
from digits_widget.drawing import Drawing
from digits_widget.errors import EmptyDrawingError
from digits_widget.prediction import Prediction
from digits_widget.state import State, View
from digits_widget.trace import Trace

__all__ = ["Session", "State", "View"]

QUICK = 0.03
"""Seconds. An answer that comes in less is shown together with its steps, not after.

To a browser, one picture that changes once is half the work of one that changes twice.
"""


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
        self._audience = Audience()
        self._order = threading.Lock()
        self._asking_lock = threading.Lock()
        self._asking = False
        self._is_quick = False
        self._kept = self.state

    @property
    def state(self) -> State:
        """The newest state."""
        return self._audience.state

    @property
    def newest(self) -> State:
        """The newest state of the whole drawing, also while an earlier one is shown."""
        state = self.state
        return self._kept if state.is_past else state

    @property
    def prepare(self) -> Callable[[Drawing], Trace]:
        """What turns drawings into traces; `use` changes it."""
        return self._prepare

    def use(self, prepare: Callable[[Drawing], Trace]) -> None:
        """Prepare the newest drawing, and all to come, in another way.

        That is a new revision: answers about the old trace are dropped.
        """
        with self._order:
            self._prepare = prepare
        self.take(lambda: self.newest.drawing)

    def subscribe(self, view: View) -> None:
        """Tell `view` about each new state, after those that subscribed before."""
        self._audience.subscribe(view)

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
            state = self._audience.change(
                lambda old: _drawn(old, drawing, trace, problem)
            )
        self._ask()
        if self._is_quick and state.waiting:
            self._audience.wait_until(lambda now: not now.waiting, QUICK)
        self._audience.show()
        self._audience.wait_for(lambda shown: shown.revision >= state.revision)

    def look_back(self, moment: State) -> None:
        """Show an earlier moment of the drawing, and ask nothing about it.

        What was shown is kept. It comes back with `come_back`; the next drawing takes
        its place.
        """
        with self._order:
            self._kept = self.newest
            self._audience.change(
                lambda now: replace(
                    moment,
                    revision=now.revision + 1,
                    waiting=False,
                    is_past=True,
                    notice=now.notice,
                )
            )
        self._audience.show()

    def come_back(self) -> None:
        """Show the newest state again, if an earlier one is shown."""
        with self._order:
            self._audience.change(
                lambda now: (
                    replace(self._kept, revision=now.revision + 1, notice=now.notice)
                    if now.is_past
                    else now
                )
            )
        self._ask()
        self._audience.show()

    def retry(self) -> None:
        """Ask again about the newest drawing, if there was a problem."""
        self._audience.change(
            lambda old: replace(old, waiting=old.waiting or _is_failed(old))
        )
        self._ask()
        self._audience.show()

    def announce(self, notice: str) -> None:
        """Show a notice until another one, or an empty one, takes its place."""
        self._audience.change(lambda old: replace(old, notice=notice))
        self._audience.show()

    def report(self, problem: Exception) -> None:
        """Show a problem that came up outside, such as in a handler of the canvas.

        It stays until there is another drawing, whatever is answered about this one.
        """
        self._audience.fail(problem)
        self._audience.show()

    def wait(self, timeout: float | None = None) -> State:
        """Return the state once nothing is awaited any more, or after `timeout` s."""
        self._audience.wait_for(
            lambda shown: shown is self.state and not shown.waiting, timeout
        )
        return self.state

    def close(self) -> None:
        """Show nothing more and ask nothing more."""
        self._audience.close()

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

    def _ask(self) -> None:
        with self._asking_lock:
            if self._asking or self._audience.is_closed or not self.state.waiting:
                return
            self._asking = True
        self._background(self._answer)

    def _answer(self) -> None:
        """Ask until the newest drawing is answered. Runs in the background."""
        while (question := self._question()) is not None:
            start = time.monotonic()
            answer = self._answer_to(question)
            self._is_quick = time.monotonic() - start < QUICK
            self._settle(question, answer)
            self._audience.show()

    def _question(self) -> State | None:
        with self._asking_lock:
            state = self.state
            if state.waiting and not self._audience.is_closed:
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
        """Put the answer in place, unless it has become one about an older drawing."""
        self._audience.change(
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
        # While asking, the last problem stays: a line that blinks cannot be read.
        problem=old.problem if asks else problem,
        waiting=asks,
        notice=old.notice,
    )


def is_question(drawing: Drawing, trace: Trace | None) -> bool:
    """Tell whether there is something to ask: a blank, a dot, all ink is no digit."""
    if trace is None or drawing.is_dot:
        return False
    return not (trace.is_blank or trace.is_full)


def _is_failed(state: State) -> bool:
    return state.problem is not None and is_question(state.drawing, state.trace)
