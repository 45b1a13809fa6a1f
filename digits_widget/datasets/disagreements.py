"""`Disagreements`: drawings that two models read differently, to be labelled.

These digits are worth labelling, because at least one of the models is wrong, or is not
sure about a digit that the other one is sure about.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from digits_widget.certainty import differ
from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.datasets.jsonl import labelled_lines
from digits_widget.drawing import Drawing
from digits_widget.errors import DataError, OptionError, shortened
from digits_widget.prediction import DIGITS, Prediction


@dataclass(frozen=True, eq=False)
class Disagreement:
    """One drawing and two answers about it."""

    drawing: Drawing
    """The strokes."""

    answers: tuple[Prediction, Prediction]
    """The answers of the first and the second model; the digits differ, or only one
    of them is sure."""

    label: int | None = None
    """The true digit, in [0, 9]; None until the user sets it."""


Kept = tuple[Disagreement, ...]


class Disagreements:
    """A list of disagreements, oldest first. Every method is thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Kept = ()
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
        """Call `watcher` after each change, in the thread that made it."""
        with self._lock:
            self._watchers = (*self._watchers, watcher)

    def settle(self, drawing: Drawing, answers: tuple[Prediction, Prediction]) -> None:
        """Record two answers about a finished drawing.

        Each sheet has one card: a drawing replaces the card of the strokes it grew
        from, and the card is removed if the models agree now. A card with a label
        stays.

        Parameters
        ----------
        drawing : Drawing
            The strokes.
        answers : tuple of Prediction
            The answers of the first and the second model.
        """
        first, second = answers

        def settled(kept: Kept) -> Kept:
            mine = [each for each in kept if _is_same_sheet(each, drawing)]
            if any(each.label is not None for each in mine):
                return kept
            others = tuple(each for each in kept if each not in mine)
            if not differ(first, second):
                return others
            return (*others, Disagreement(drawing, answers))

        self._change(settled)

    def label(self, which: int | Drawing, label: int | None) -> None:
        """Set the true digit of a card; None removes it.

        Parameters
        ----------
        which : int or Drawing
            Index of the card, or its drawing. If the drawing has no card any more,
            nothing changes.
        label : int or None
            The digit, in [0, 9].

        Raises
        ------
        OptionError
            `label` is not a digit.
        """
        if label is not None and label not in range(DIGITS):
            msg = (
                f"Got the label {shortened(label)}, expected a digit from 0 to 9, or "
                "None."
            )
            raise OptionError(msg)

        def labelled(kept: Kept) -> Kept:
            chosen = _chosen(kept, which)
            if chosen is None or chosen.label == label:
                return kept
            new = replace(chosen, label=label)
            return tuple(new if each is chosen else each for each in kept)

        self._change(labelled)

    def remove(self, which: int | Drawing) -> None:
        """Remove the card at this index, or of this drawing."""

        def without(kept: Kept) -> Kept:
            chosen = _chosen(kept, which)
            return tuple(each for each in kept if each is not chosen)

        self._change(without)

    def clear(self) -> None:
        """Remove all cards."""
        self._change(lambda _kept: ())

    @property
    def labelled(self) -> LabelledDrawings:
        """The cards with a label, as a set for evaluation."""
        known = [each for each in self._kept if each.label is not None]
        labels = np.array([each.label for each in known], np.int64)
        return LabelledDrawings(tuple(each.drawing for each in known), labels)

    def lines(self) -> str:
        """Return `labelled` as JSON lines."""
        return labelled_lines(self.labelled)

    def save(self, path: str | Path) -> None:
        """Write `lines` to a file for ``digits-widget evaluate``.

        Raises
        ------
        DataError
            The file cannot be written.
        """
        try:
            Path(path).write_text(self.lines(), encoding="utf-8")
        except (OSError, ValueError) as exc:
            why = getattr(exc, "strerror", None) or exc
            msg = f"Got {shortened(path)}, which cannot be written ({why})."
            raise DataError(msg) from exc

    def _change(self, change: Callable[[Kept], Kept]) -> None:
        """Replace the cards by the result of `change`, and call the watchers.

        Reading and writing happen under one lock; otherwise a card that another thread
        adds in between would be lost. The watchers run without the lock.
        """
        with self._lock:
            before = self._kept
            self._kept = change(before)
            watchers = self._watchers if self._kept != before else ()
        for watcher in watchers:
            watcher()


def _chosen(kept: Kept, which: int | Drawing) -> Disagreement | None:
    """Find a card by its index or drawing; None if the drawing has no card."""
    if isinstance(which, int):
        return kept[which]
    return next((each for each in kept if each.drawing is which), None)


def _is_same_sheet(kept: Disagreement, drawing: Drawing) -> bool:
    """Return whether the drawing continues the one of the card, or the reverse."""
    if not kept.drawing or not drawing:
        return False
    first, second = kept.drawing.strokes[0].points, drawing.strokes[0].points
    shorter = min(len(first), len(second))
    return np.array_equal(first[:shorter], second[:shorter])
