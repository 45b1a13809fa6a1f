"""`Growth`: what a model said while a drawing grew."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from digits_widget.insight.moments import Moment
from digits_widget.prediction import DIGITS, Prediction

_LINES = 4
"""More lines than this cannot be told apart in a small chart."""


@dataclass(frozen=True, eq=False)
class Growth:
    """The moments of a drawing, and the answers about them."""

    moments: tuple[Moment, ...]
    """In the order of drawing; the last is all of it."""

    answers: tuple[Prediction | None, ...]
    """As many; None where nothing was asked, as after a dot or on blank paper."""

    @property
    def labels(self) -> tuple[int | None, ...]:
        """The label of each answer."""
        return tuple(answer.label if answer else None for answer in self.answers)

    @property
    def changes(self) -> tuple[int, ...]:
        """Numbers of the moments from which on another label is said."""
        said = [(n, label) for n, label in enumerate(self.labels) if label is not None]
        later = [after[0] for before, after in pairwise(said) if before[1] != after[1]]
        return (said[0][0], *later) if said else ()

    @property
    def digits(self) -> tuple[int, ...]:
        """The digits worth a line: the last label, then those that rose highest."""
        peaks = [
            max(answer.confidences[digit] if answer else 0 for answer in self.answers)
            for digit in range(DIGITS)
        ]
        last = self.labels[-1] if self.labels else None
        order = sorted(range(DIGITS), key=lambda digit: (digit != last, -peaks[digit]))
        return tuple(d for d in order[:_LINES] if d == last or peaks[d] >= 0.1)

    @property
    def words(self) -> str:
        """One sentence: which labels came, one after the other, and since when."""
        labels = [self.labels[number] for number in self.changes]
        if not labels:
            return "Nothing was there to ask about while this was drawn."
        if len(labels) == 1:
            return f"It was {labels[0]} from the first answer on."
        earlier = ", ".join(map(str, labels[:-1]))
        share = self.moments[self.changes[-1]].points / self.moments[-1].points
        percent = f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
        return f"First {earlier}; {labels[-1]} from {percent} of the drawing on."
