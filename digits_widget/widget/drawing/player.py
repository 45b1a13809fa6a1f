"""`Player`: plays a drawing again, and rewinds drawing, steps and bars together."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
from ipywidgets import HTML, Button, Dropdown, HBox, IntSlider, VBox
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.insight.moments import until
from digits_widget.state import State
from digits_widget.widget.desk import Desk
from digits_widget.widget.drawing.reel import Reel
from digits_widget.widget.pace import Pace

SPEEDS = (0.5, 1.0, 2.0, 4.0)
"""That the menu offers; 1 is as fast as it was drawn."""

TICK = 0.04
"""Seconds between two pictures of a replay."""

_STEP = 0.02
"""Seconds between two points of a drawing without times."""

END = 100
"""Of the slider: the whole drawing."""


class Player:
    """Replay and time slider. Everything they show is a moment of what is drawn.

    All moments are predicted by one question, asked when the first is looked at, so
    that the slider needs no server while it moves. Nothing that is drawn changes; who
    draws on, draws on the whole drawing.

    Parameters
    ----------
    desk : Desk
        Of the widget.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reel: Reel | None = None
        self._wanted: int | None = None
        self._stop = threading.Event()
        self._stop.set()
        self._set_by_us = END
        self._develop_soon = Pace(
            desk.guard(self._develop), interval=0.0, background=desk.background
        )
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
        self._button.on_click(desk.guard(self._press))
        self._slider.observe(desk.guard(self._slide), names="value")
        row = HBox([self._button, self._speed, self._slider])
        self.widget = VBox([row, self._label])
        self.widget.add_class("digits-player")
        self.show(State())

    def show(self, state: State) -> None:
        """Go on with a drawing that is not the one that was looked back at."""
        if state.is_past:
            return
        self._button.disabled = self._slider.disabled = not state.drawing
        if self._wanted is None or self._reel is None:
            return
        if state.drawing is not self._reel.drawing:
            self._stop.set()
            self._rest()
        elif not self._reel.is_developed(self._desk.session.prepare):
            # Other steps: this moment by them.
            self._develop_soon()

    def play(self, speed: float = 1.0) -> None:
        """Draw what is drawn again, in its own time, `speed` times as fast.

        Raises
        ------
        OptionError
            `speed` is not above 0.
        """
        if not speed > 0:
            msg = f"Got speed={speed!r}, expected a number above 0, such as 2."
            raise OptionError(msg)
        self._stop.set()
        drawing = self._desk.pad.drawing
        if not drawing:
            return
        self._stop = stop = threading.Event()
        self._load(drawing)
        self._wanted = 0
        self._button.description = "Stop"
        self._desk.background(self._desk.guard(lambda: self._run(drawing, speed, stop)))

    def stop(self) -> None:
        """Show the whole drawing again."""
        self._stop.set()
        self._rest()
        self._desk.pad.show_all()
        self._desk.session.come_back()

    def close(self) -> None:
        """Play no more."""
        self._stop.set()

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
        self._stop.set()
        self._button.description = "Replay"
        reel = self._load(self._desk.pad.drawing)
        index = round(share / END * len(reel.moments))
        if index == len(reel.moments):
            self.stop()
        else:
            self._look_at(reel, index)

    def _run(self, drawing: Drawing, speed: float, stop: threading.Event) -> None:
        reel, times = self._load(drawing), _times(drawing)
        start = time.monotonic()
        while not stop.wait(TICK):
            count = int(np.searchsorted(times, (time.monotonic() - start) * speed))
            if count == len(times) or not self._paint(drawing, count):
                break
            self._move(count / len(times))
            self._look_at(reel, reel.index(count), paint=False)
        if not stop.is_set():
            self.stop()

    def _paint(self, drawing: Drawing, points: int) -> bool:
        return self._desk.pad.show(until(drawing, points), of=drawing)

    def _look_at(self, reel: Reel, index: int, *, paint: bool = True) -> None:
        """Show a moment: now if the reel is developed, else as soon as it is."""
        if paint and not self._paint(reel.drawing, reel.points(index)):
            self.stop()
            return
        is_new, self._wanted = index != self._wanted, index
        self._label.value = reel.words(index)
        if not reel.is_developed(self._desk.session.prepare):
            self._develop_soon()
        elif is_new or not self._desk.session.state.is_past:
            self._desk.session.look_back(reel.states[index])

    def _develop(self) -> None:
        """Prepare and predict all moments; show the one that is wanted by then."""
        reel, desk = self._reel, self._desk
        if reel is None:
            return
        reel.develop(desk.session.prepare, desk.answerer.many)
        index = self._wanted
        if index is not None and reel is self._reel:
            desk.session.look_back(reel.states[index])
            if self._wanted is None:
                # Somebody drew meanwhile.
                desk.session.come_back()

    def _load(self, drawing: Drawing) -> Reel:
        reel = self._reel
        if reel is None or reel.drawing is not drawing:
            reel = self._reel = Reel(drawing)
        return reel

    def _move(self, share: float) -> None:
        self._set_by_us = round(share * END)
        self._slider.value = self._set_by_us

    def _rest(self) -> None:
        self._wanted = None
        self._move(1)
        self._label.value = ""
        self._button.description = "Replay"


def _times(drawing: Drawing) -> NDArray[np.float64]:
    """Return the seconds of all points, from 0, in the order of drawing."""
    times = np.concatenate([stroke.times for stroke in drawing])
    if times[-1] <= times[0]:
        return np.arange(len(times), dtype=np.float64) * np.float64(_STEP)
    # Strokes from several drawings may each begin at 0.
    forward: NDArray[np.float64] = np.maximum.accumulate(times) - times[0]
    return forward
