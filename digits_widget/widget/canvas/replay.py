"""`Replay`: plays a drawing again, and rewinds drawing, steps and bars together.

It shows a `Timeline`: the drawing as it was at each moment, with the model's answer at
that moment, from `predict_prefixes`.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ipywidgets import HTML, Button, Dropdown, HBox, IntSlider, VBox
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.insight.prefixes import Prefix, prefixes, until
from digits_widget.prediction import Prediction
from digits_widget.session import is_question
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.context import Context
from digits_widget.widget.worker import Worker, in_background

SPEEDS = (0.5, 1.0, 2.0, 4.0)
"""Speeds on the menu; 1 is as fast as the person drew."""

TICK = 0.04
"""Seconds between two frames of a replay."""

_STEP = 0.02
"""Seconds between two points of a drawing without times."""

_PAUSE = 1.5
"""Seconds that a replay waits at most where the person paused."""

END = 100
"""The slider's right end: the whole drawing."""


Watcher = Callable[[int | None, str], None]
"""Receives how many points of the drawing are on the paper, and a sentence about that
moment; None for all of the drawing."""


class Replay:
    """Replay and time slider. Both show earlier moments of the drawing.

    One request predicts all moments, when a person first looks at one, so that the
    slider needs no server while it moves. The drawing itself does not change: a new
    stroke continues the whole drawing.

    Parameters
    ----------
    context : Context
        What the parts of the widget share.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._timeline: Timeline | None = None
        self._wanted: int | None = None
        self._watchers: tuple[Watcher, ...] = ()
        self._stop = threading.Event()
        self._stop.set()
        # One thread plays, others stop it or move the slider. A moment painted after
        # the replay has stopped would stay on the paper in place of the drawing.
        self._turn = threading.RLock()
        self._set_by_us = END
        self._predict_soon = Worker(context.guard(self._predict))
        self._button = Button(description="Replay", tooltip="Draw it again, as it was")
        self._speed = Dropdown(
            options=[(f"{speed:g}x", speed) for speed in SPEEDS],
            value=1.0,
            tooltip="Speed of the replay",
        )
        self._slider = IntSlider(
            END, 0, END, readout=False, tooltip="Rewind the drawing, steps and bars"
        )
        self._label = HTML()
        self._button.on_click(context.guard(self._press))
        self._slider.observe(context.guard(self._slide), names="value")
        row = HBox([self._button, self._speed, self._slider])
        self.widget = VBox([row, self._label])
        self.widget.add_class("digits-replay")
        self.show(State())

    def show(self, state: State) -> None:
        """Leave the earlier moment when the drawing has changed."""
        if state.is_past:
            return
        self._button.disabled = self._slider.disabled = not state.drawing.strokes
        with self._turn:
            if self._wanted is None or self._timeline is None:
                return
            if state.drawing is not self._timeline.drawing:
                self._stop.set()
                self._rest()
            elif not self._timeline.is_predicted(self._context.session.prepare):
                # The steps have changed: predict this moment with the new ones.
                self._predict_soon()

    def play(self, speed: float = 1.0) -> None:
        """Replay the drawing, `speed` times as fast as the person drew.

        Raises
        ------
        OptionError
            `speed` is not above 0.
        """
        if not speed > 0:
            msg = f"Got speed={speed!r}, expected a number above 0, such as 2."
            raise OptionError(msg)
        with self._turn:
            self._stop.set()
            drawing = self._context.controller.drawing
            if not drawing.strokes:
                return
            self._stop = stop = threading.Event()
            self._load(drawing)
            self._wanted = 0
        self._button.description = "Stop"
        in_background(self._context.guard(lambda: self._run(drawing, speed, stop)))

    def stop(self) -> None:
        """Show the whole drawing again."""
        with self._turn:
            self._stop.set()
            self._rest()
            self._context.controller.show_all()
            self._context.session.come_back()

    def look_at(self, points: int) -> None:
        """Show an earlier moment: stop playing, and rewind drawing, steps and bars.

        Parameters
        ----------
        points : int
            Points that the drawing has at that moment; all of them end the look back.
        """
        with self._turn:
            timeline = self._load(self._context.controller.drawing)
            self._move(points / max(timeline.total, 1))
            self._go_to(timeline, points)

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with each moment that the paper shows from now on."""
        self._watchers = (*self._watchers, watcher)

    def close(self) -> None:
        """Stop playing, and stop calling the watchers."""
        self._stop.set()
        self._watchers = ()

    def _press(self, _button: object) -> None:
        if self._stop.is_set():
            self.play(self._speed.value)
        else:
            self.stop()

    def _slide(self, change: dict[str, Any]) -> None:
        share = change["new"]
        if share == self._set_by_us:
            return
        self._set_by_us = share
        with self._turn:
            timeline = self._load(self._context.controller.drawing)
            index = round(share / END * len(timeline.prefixes))
            self._go_to(timeline, timeline.points(index))

    def _go_to(self, timeline: Timeline, points: int) -> None:
        self._stop.set()
        self._button.description = "Replay"
        if points >= timeline.total:
            self.stop()
        else:
            self._look_at(timeline, points)

    def _run(self, drawing: Drawing, speed: float, stop: threading.Event) -> None:
        times = _times(drawing)
        start = time.monotonic()
        while not stop.wait(TICK):
            points = int(np.searchsorted(times, (time.monotonic() - start) * speed))
            with self._turn:
                if stop.is_set():
                    return
                if points == len(times) or not self._paint(drawing, points):
                    self.stop()
                    return
                self._move(points / len(times))
                self._look_at(self._load(drawing), points, paint=False)

    def _paint(self, drawing: Drawing, points: int) -> bool:
        return self._context.controller.show(until(drawing, points), of=drawing)

    def _look_at(self, timeline: Timeline, points: int, *, paint: bool = True) -> None:
        """Show a moment: now if the model has answered, else as soon as it has."""
        if paint and not self._paint(timeline.drawing, points):
            self.stop()
            return
        index = timeline.index(points)
        is_new, self._wanted = index != self._wanted, index
        self._tell(points, timeline.words(index))
        if not timeline.is_predicted(self._context.session.prepare):
            self._predict_soon()
        elif is_new or not self._context.session.state.is_past:
            self._context.session.look_back(timeline.states[index])

    def _predict(self) -> None:
        """Prepare and predict all prefixes; then show the one the slider is at."""
        timeline, context = self._timeline, self._context
        if timeline is None:
            return
        timeline.predict(context.session.prepare, context.predictor.many)
        with self._turn:
            if self._wanted is not None and timeline is self._timeline:
                context.session.look_back(timeline.states[self._wanted])

    def _load(self, drawing: Drawing) -> Timeline:
        timeline = self._timeline
        if timeline is None or timeline.drawing is not drawing:
            timeline = self._timeline = Timeline(drawing)
        return timeline

    def _move(self, share: float) -> None:
        self._set_by_us = round(share * END)
        self._slider.value = self._set_by_us

    def _rest(self) -> None:
        self._wanted = None
        self._move(1)
        self._tell(None, "")
        self._button.description = "Replay"

    def _tell(self, points: int | None, words: str) -> None:
        self._label.value = words
        for watcher in self._watchers:
            watcher(points, words)


class Timeline:
    """The moments of a drawing, counted from 0: a blank sheet, then each prefix.

    Attributes
    ----------
    drawing : Drawing
        The whole drawing, not blank.
    states : tuple of State
        The state at each moment; empty until `predict` has made them.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.prefixes = prefixes(drawing)
        self.states: tuple[State, ...] = ()
        self._prepare: object = None

    def is_predicted(self, prepare: object) -> bool:
        """Return whether `predict` has made the states, with this `prepare`."""
        return self._prepare is prepare

    def predict(
        self,
        prepare: Callable[[Drawing], Trace],
        many: Callable[[NDArray[np.float32]], list[Prediction]],
    ) -> None:
        """Make the states, with one request about all prefixes.

        Parameters
        ----------
        prepare, many : callable
            As for `predict_prefixes`.
        """
        if not self.is_predicted(prepare):
            self.states = predict_prefixes(self.prefixes, prepare, many)
            self._prepare = prepare

    @property
    def total(self) -> int:
        """Points of the whole drawing."""
        return self.prefixes[-1].points if self.prefixes else 0

    def points(self, index: int) -> int:
        """Return how many points the drawing has at a moment."""
        return self.prefixes[index - 1].points if index else 0

    def index(self, points: int) -> int:
        """Return the last moment with at most this many points."""
        return bisect_right([prefix.points for prefix in self.prefixes], points)

    def words(self, index: int) -> str:
        """Describe a moment in words."""
        if not index:
            return "Before the first stroke"
        moment, last = self.prefixes[index - 1], self.prefixes[-1]
        begun = len(moment.drawing)
        strokes = f"stroke {begun} of {len(self.drawing)}"
        if not last.seconds:
            return strokes
        return f"After {moment.seconds:.1f} of {last.seconds:.1f} s, {strokes}"


def predict_prefixes(
    prefixes: Sequence[Prefix],
    prepare: Callable[[Drawing], Trace],
    many: Callable[[NDArray[np.float32]], list[Prediction]],
) -> tuple[State, ...]:
    """Return a blank state, and after it one for each prefix.

    Parameters
    ----------
    prefixes : sequence of Prefix
        The prefixes, in the order of drawing.
    prepare : callable
        The pipeline, from `Drawing` to `Trace`. If it fails on a prefix, that state has
        the `problem`.
    many : callable
        Answers about (n, 28, 28) float32 images in [0, 1], 1 is ink. It is called once,
        or not at all if no prefix has an image. If it fails, all those states have the
        `problem`.

    Returns
    -------
    tuple of State
        One more than there are prefixes.
    """
    states = [_state(prefix.drawing, prepare) for prefix in prefixes]
    asked = [state for state in states if is_question(state.drawing, state.trace)]
    tensors = [state.trace.tensor for state in asked if state.trace]
    answers: dict[int, State] = {}
    if tensors:
        try:
            predictions = many(np.stack(tensors))
        except Exception as exc:  # noqa: BLE001 - shown with each moment
            answers = {id(state): replace(state, problem=exc) for state in asked}
        else:
            answers = {
                id(state): replace(state, prediction=prediction)
                for state, prediction in zip(asked, predictions, strict=True)
            }
    return State(), *(answers.get(id(state), state) for state in states)


def _state(drawing: Drawing, prepare: Callable[[Drawing], Trace]) -> State:
    try:
        return State(drawing=drawing, trace=prepare(drawing))
    except Exception as exc:  # noqa: BLE001 - shown with its moment
        return State(drawing=drawing, problem=exc)


def _times(drawing: Drawing) -> NDArray[np.float64]:
    """Return the time of every point in seconds from 0, in the order of drawing."""
    times = np.concatenate([stroke.times for stroke in drawing])
    if times[-1] <= times[0]:
        return np.arange(len(times), dtype=np.float64) * np.float64(_STEP)
    # Strokes from several drawings may each begin at 0.
    waits = np.clip(np.diff(times), 0, _PAUSE)
    return np.concatenate([np.zeros(1), np.cumsum(waits)])
