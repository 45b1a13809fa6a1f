"""`Answers`: one queue for a whole class, from drawing to tiles and confidences.

A drawing whose stroke has ended goes before those that are still being drawn, and of a
learner's drawings only the newest waits. So a learner who sends a thousand a second
keeps no other one waiting, and under load the live answers become fewer, not later.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import DigitsError
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.trace import Trace
from digits_widget.ways import WAYS

Predict = Callable[[NDArray[np.float32]], Sequence[Prediction]]
"""Takes (n, 28, 28) float32 in [0, 1], 1 is ink; returns n predictions."""

FINISHED = 16
"""Most finished drawings in one request: they share its cost, and none waits long."""

_log = logging.getLogger(__name__)

_PRESETS = {way.name: PRESETS[way.preset] for way in WAYS}


@dataclass(frozen=True, eq=False)
class Answer:
    """What one way makes of a drawing."""

    trace: Trace
    """The steps."""

    prediction: Prediction
    """The answer about the tensor."""


Show = Callable[[Mapping[str, Answer] | DigitsError], None]
"""Takes the answers by the name of their way, or why there are none."""


@dataclass(frozen=True, eq=False)
class _Job:
    drawing: Drawing
    ways: tuple[str, ...]
    show: Show


class Answers:
    """Prepare drawings and ask the model server about them, many at once.

    Parameters
    ----------
    predict : mapping of str to callable
        For the name of each way, the function that asks its model.
    """

    def __init__(self, predict: Mapping[str, Predict]) -> None:
        self._predict = predict
        self._finished: OrderedDict[Hashable, _Job] = OrderedDict()
        self._live: OrderedDict[Hashable, _Job] = OrderedDict()
        self._waiting = threading.Condition()
        self._is_closed = False
        # A second thread would take Python's lock from the first, and from the pages.
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)
        self._thread.start()

    def ask(
        self,
        who: Hashable,
        drawing: Drawing,
        ways: tuple[str, ...],
        *,
        done: bool,
        show: Show,
    ) -> None:
        """Answer about a drawing soon.

        Parameters
        ----------
        who : hashable
            Whose drawing it is; an older one of the same that still waits is dropped.
        drawing : Drawing
            May be empty: then `show` gets an `EmptyDrawingError`.
        ways : tuple of str
            Names of the ways to answer.
        done : bool
            Whether the stroke has ended; such drawings go first.
        show : callable
            Gets the answers, in another thread.
        """
        with self._waiting:
            self._live.pop(who, None)
            self._finished.pop(who, None)
            queue = self._finished if done else self._live
            queue[who] = _Job(drawing, ways, show)
            self._waiting.notify()

    def close(self) -> None:
        """Answer nothing more, and wait for the answers in progress."""
        with self._waiting:
            self._is_closed = True
            self._waiting.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while jobs := self._take():
            try:
                self._answer(jobs)
            except Exception:  # noqa: BLE001 - see below
                # A fault of ours costs these answers, not the class.
                _log.exception("These answers failed")

    def _take(self) -> list[_Job]:
        """Wait for drawings; return the first of them, or none at the end."""
        with self._waiting:
            self._waiting.wait_for(
                lambda: self._finished or self._live or self._is_closed
            )
            if self._is_closed:
                return []
            # One that is finished meanwhile waits for a single one that is not.
            queue, most = (
                (self._finished, FINISHED) if self._finished else (self._live, 1)
            )
            return [queue.popitem(last=False)[1] for _ in range(min(most, len(queue)))]

    def _answer(self, jobs: list[_Job]) -> None:
        traces: list[dict[str, Trace]] = []
        prepared: list[_Job] = []
        for job in jobs:
            try:
                traces.append({way: _PRESETS[way](job.drawing) for way in job.ways})
                prepared.append(job)
            except DigitsError as exc:
                job.show(exc)
        if not prepared:
            return
        try:
            predictions = self._predictions(traces)
        except DigitsError as exc:
            for job in prepared:
                job.show(exc)
            return
        for job, steps, found in zip(prepared, traces, predictions, strict=True):
            job.show({way: Answer(steps[way], found[way]) for way in job.ways})

    def _predictions(
        self, traces: list[dict[str, Trace]]
    ) -> list[dict[str, Prediction]]:
        """Ask each way's model once about all drawings that it reads."""
        found: list[dict[str, Prediction]] = [{} for _ in traces]
        for way, predict in self._predict.items():
            those = [i for i, steps in enumerate(traces) if way in steps]
            if not those:
                continue
            tensors = np.stack([traces[i][way].tensor for i in those])
            for i, prediction in zip(those, predict(tensors), strict=True):
                found[i][way] = prediction
        return found
