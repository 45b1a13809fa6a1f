"""From a pointer event that reaches Python to a published `State` with its trace.

The peer is the pipeline alone on the same strokes: what is above it is the widget's own
cost. The pace of 60 ms is a choice, not a cost, and shows in the middle row only.
"""

from __future__ import annotations

import statistics
import threading
import time

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing, Stroke
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.widget import DigitsWidget

ROUNDS = 7
FRAME = 1 / 60


class Watch:
    """A view that lets one wait for a state with so many points in its trace."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._points = -1
        self._time = 0.0

    def show(self, state: State) -> None:
        """Keep when the state came."""
        with self._changed:
            self._points = sum(map(len, state.drawing)) if state.trace else 0
            self._time = time.perf_counter()
            self._changed.notify_all()

    def wait_for(self, points: int) -> float:
        """Return the moment at which a trace of at least `points` was published."""
        with self._changed:
            self._changed.wait_for(lambda: self._points >= points)
            return self._time


def main() -> None:
    """Print the table."""
    watch = Watch()
    widget = DigitsWidget(predict=_answer, views=[watch])
    rows: dict[str, list[float]] = {name: [] for name in ("press", "move", "release")}
    alone: list[float] = []
    for _ in range(ROUNDS):
        for name, milliseconds in _hand(widget, watch).items():
            rows[name] += milliseconds
        alone += _pipeline_alone()
    widget.close()
    peer = statistics.median(alone)
    print(f"{'milliseconds':34}{'median':>8}{'p95':>8}{'ratio':>8}")
    print(f"{'pipeline alone, whole drawing':34}{peer:8.1f}{_p95(alone):8.1f}{1:8.1f}")
    for name, label in (
        ("press", "first press to State"),
        ("move", "move to State, within the pace"),
        ("release", "release to State"),
    ):
        median = statistics.median(rows[name])
        print(f"{label:34}{median:8.1f}{_p95(rows[name]):8.1f}{median / peer:8.1f}")


def _hand(widget: DigitsWidget, watch: Watch) -> dict[str, list[float]]:
    """Draw a 3 in real time; return milliseconds from events to their states."""
    (stroke,) = sample(3)
    widget.clear()
    watch.wait_for(0)
    # Later than the pace of the stroke before.
    time.sleep(0.1)
    press = _send(widget, "mouse_down", stroke, 0)
    times = {"press": [watch.wait_for(1) - press], "move": [], "release": []}
    sent = []
    for point in range(1, len(stroke)):
        sent.append(_send(widget, "mouse_move", stroke, point))
        time.sleep(FRAME)
        if point % 10 == 0:
            times["move"].append(watch.wait_for(point + 1) - sent[-1])
    sent.append(_send(widget, "mouse_move", stroke, len(stroke) - 1))
    release = _send(widget, "mouse_up", stroke, len(stroke) - 1)
    times["release"].append(watch.wait_for(len(stroke) + 1) - release)
    widget.wait()
    return {name: [1000 * value for value in values] for name, values in times.items()}


def _send(widget: DigitsWidget, event: str, stroke: Stroke, point: int) -> float:
    canvas = widget._canvas._canvas  # noqa: SLF001 - stands for a browser
    x, y = (stroke.points[point] * canvas.width).tolist()
    start = time.perf_counter()
    canvas._handle_frontend_event(canvas, {"event": event, "x": x, "y": y}, [])  # noqa: SLF001
    return start


def _pipeline_alone() -> list[float]:
    drawing = Drawing(sample(3))
    start = time.perf_counter()
    PRESETS["mnist"](drawing)
    return [1000 * (time.perf_counter() - start)]


def _answer(_image: NDArray[np.float32]) -> Prediction:
    return Prediction(np.full(10, 0.1))


def _p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))
