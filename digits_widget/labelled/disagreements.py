"""`Disagreements`: drawings that two models read differently, kept for a labelled set.

They are the most telling digits there are: at least one of the two is wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.labelled.digits import LabelledDrawings
from digits_widget.labelled.lines import labelled_lines
from digits_widget.prediction import DIGITS, Prediction


@dataclass(frozen=True, eq=False)
class Disagreement:
    """One drawing and two answers about it."""

    drawing: Drawing
    """What was drawn."""

    answers: tuple[Prediction, Prediction]
    """What the first and the second model say; their labels differ."""

    label: int | None = None
    """The digit that was meant, in [0, 9]; None until somebody says."""


class Disagreements:
    """Keep disagreements, oldest first. Every method is safe in any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kept: tuple[Disagreement, ...] = ()
        self._watchers: tuple[Callable[[], None], ...] = ()

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Disagreement]:
        return iter(self._kept)

    def __getitem__(self, index: int) -> Disagreement:
        return self._kept[index]

    def __repr__(self) -> str:
        return f"<Disagreements: {len(self)}, {len(self.labelled)} with a label>"

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after each change."""
        self._watchers = (*self._watchers, watcher)

    def settle(self, drawing: Drawing, answers: tuple[Prediction, Prediction]) -> None:
        """Take note of two answers about a drawing that rests.

        One sheet of paper has one card: a drawing that has grown takes the place of
        what it grew from, and a card goes if the two agree at last. A card with a label
        stays as it is.
        """
        first, second = answers
        with self._lock:
            mine = [each for each in self._kept if _is_same_sheet(each, drawing)]
            if any(each.label is not None for each in mine):
                return
            kept = tuple(each for each in self._kept if each not in mine)
            if first.label != second.label:
                kept = (*kept, Disagreement(drawing, answers))
        self._change(kept)

    def label(self, index: int, label: int | None) -> None:
        """Say which digit was meant by the drawing at `index`; None takes it back.

        Raises
        ------
        OptionError
            Not a digit.
        """
        if label is not None and label not in range(DIGITS):
            msg = f"Got the label {label!r}, expected a digit from 0 to 9, or None."
            raise OptionError(msg)
        with self._lock:
            kept = list(self._kept)
            kept[index] = replace(kept[index], label=label)
        self._change(tuple(kept))

    def remove(self, index: int) -> None:
        """Forget the one at `index`."""
        with self._lock:
            kept = list(self._kept)
            del kept[index]
        self._change(tuple(kept))

    def clear(self) -> None:
        """Forget all."""
        self._change(())

    @property
    def labelled(self) -> LabelledDrawings:
        """Those whose digit is known, as a set to evaluate a model on."""
        known = [each for each in self._kept if each.label is not None]
        labels = np.array([each.label for each in known], np.int64)
        return LabelledDrawings(tuple(each.drawing for each in known), labels)

    def lines(self) -> str:
        """Return `labelled` as JSON lines."""
        return labelled_lines(self.labelled)

    def save(self, path: str | Path) -> None:
        """Write `lines` to a file, which ``digits-widget evaluate`` takes."""
        Path(path).write_text(self.lines(), encoding="utf-8")

    def _change(self, kept: tuple[Disagreement, ...]) -> None:
        if kept != self._kept:
            self._kept = kept
            for watcher in self._watchers:
                watcher()


def _is_same_sheet(kept: Disagreement, drawing: Drawing) -> bool:
    """Return whether both begin with the same stroke, or one that has grown."""
    if not kept.drawing or not drawing:
        return False
    first, second = kept.drawing.strokes[0].points, drawing.strokes[0].points
    shorter = min(len(first), len(second))
    return np.array_equal(first[:shorter], second[:shorter])
