"""`Wall`: what the class has drawn, as numbers and pictures for the projector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np

from digits_widget.classroom.answers import Answer
from digits_widget.classroom.hand_ins import HandedIn, HandIns
from digits_widget.classroom.learners import Learner, Learners
from digits_widget.classroom.messages import Hand
from digits_widget.prediction import DIGITS
from digits_widget.tile import tile_png
from digits_widget.ways import NOW, THEN, WAYS

MOST_SHOWN = 60
"""Most drawings in the gallery; the wall says how many there are."""

BARS = 10
"""Bars of the histogram, each a tenth of the confidence."""

_SIDE = 56
"""Side of a picture in the gallery, in pixels."""


@dataclass(frozen=True, eq=False)
class Marked:
    """A drawing that was handed in, and the answer about it."""

    one: HandedIn
    """The drawing and what was meant."""

    answer: int
    """The digit that the model reads."""

    confidence: float
    """Confidence of that digit, in [0, 1]."""

    picture: bytes
    """The drawing as PNG."""

    by_way: Mapping[str, bool]
    """Whether each way that was asked reads what the learner meant."""

    @property
    def is_right(self) -> bool:
        """Whether the model reads what the learner meant."""
        return self.answer == self.one.label


def mark(one: HandedIn, answers: Mapping[str, Answer]) -> Marked:
    """Compare the answers about a drawing with what was meant.

    Parameters
    ----------
    one : HandedIn
        The drawing.
    answers : mapping of str to Answer
        By the name of their way; today's counts.
    """
    today = answers[NOW.name]
    return Marked(
        one,
        today.prediction.label,
        today.prediction.confidence,
        tile_png(today.trace.snapshots[0].shown, side=_SIDE),
        {way: each.prediction.label == one.label for way, each in answers.items()},
    )


class Wall:
    """Keeps the answers about what was handed in, and sums them up.

    Attributes
    ----------
    marked : dict of str to Marked
        By key.
    """

    def __init__(self) -> None:
        self.marked: dict[str, Marked] = {}

    def data(
        self, learners: Learners, hand_ins: HandIns, task: str | None = None
    ) -> dict[str, object]:
        """Return everything that the wall shows, for JSON.

        Parameters
        ----------
        learners : Learners
            Who has joined.
        hand_ins : HandIns
            What was handed in.
        task : str or None
            Name of the task to show alone; None shows all.
        """
        chosen = [
            marked
            for marked in self.marked.values()
            if task is None or marked.one.task == task
        ]
        gallery = sorted(chosen, key=_telling)[:MOST_SHOWN]
        return {
            "learners": _roll(learners, hand_ins),
            "handedIn": len(hand_ins),
            "marked": len(chosen),
            "right": sum(marked.is_right for marked in chosen),
            "confusion": _confusion(chosen),
            "histogram": _histogram(chosen),
            "shares": _shares(chosen),
            "gallery": [_card(marked) for marked in gallery],
        }


def _telling(marked: Marked) -> tuple[bool, float]:
    """Sort mistakes first, the surest first; then what is right, the unsurest first."""
    sure = marked.confidence
    return marked.is_right, sure if marked.is_right else -sure


def _roll(learners: Iterable[Learner], hand_ins: HandIns) -> list[dict[str, object]]:
    """Return everyone who has joined or handed in, with a count."""
    counts = Counter(one.writer for one in hand_ins)
    here = {learner.nickname: learner.is_here for learner in learners}
    names = dict.fromkeys([*here, *counts])
    return [
        {"name": name, "count": counts[name], "here": here.get(name, False)}
        for name in names
    ]


def _confusion(chosen: list[Marked]) -> list[list[int]]:
    """Return 10 rows, what was meant, of 10 counts, what the model read."""
    table = np.zeros((DIGITS, DIGITS), int)
    for marked in chosen:
        table[marked.one.label, marked.answer] += 1
    rows: list[list[int]] = table.tolist()
    return rows


def _histogram(chosen: list[Marked]) -> dict[str, list[int]]:
    """Return the counts of right and of wrong answers by confidence."""
    counts = {"right": [0] * BARS, "wrong": [0] * BARS}
    for marked in chosen:
        bar = min(int(marked.confidence * BARS), BARS - 1)
        counts["right" if marked.is_right else "wrong"][bar] += 1
    return counts


def _shares(chosen: list[Marked]) -> list[dict[str, object]]:
    """Return how many are right, of how many: by hand, and by way on the same ink."""
    both = [marked.by_way for marked in chosen if THEN.name in marked.by_way]
    return [
        *(
            _share(f"{hand} hand", [m.is_right for m in chosen if m.one.hand == hand])
            for hand in get_args(Hand)
        ),
        *(_share(way.name, [by_way[way.name] for by_way in both]) for way in WAYS),
    ]


def _share(name: str, right: list[bool]) -> dict[str, object]:
    return {"name": name, "right": sum(right), "of": len(right)}


def _card(marked: Marked) -> dict[str, object]:
    return {
        "key": marked.one.key,
        "writer": marked.one.writer,
        "label": marked.one.label,
        "answer": marked.answer,
        "confidence": round(marked.confidence, 4),
    }
