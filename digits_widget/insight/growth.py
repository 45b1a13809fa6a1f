"""`Growth`: the answers of a model while a drawing grew."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from digits_widget.insight.prefixes import Prefix
from digits_widget.prediction import DIGITS, Prediction

_LINES = 4
"""Most lines that a reader can tell apart in a small chart."""


@dataclass(frozen=True, eq=False)
class Growth:
    """The prefixes of a drawing, and the answers about them."""

    prefixes: tuple[Prefix, ...]
    """The prefixes in order; the last one is the whole drawing."""

    answers: tuple[Prediction | None, ...]
    """One answer for each prefix; None for a dot or blank paper."""

    @property
    def labels(self) -> tuple[int | None, ...]:
        """The label of each answer."""
        return tuple(answer.label if answer else None for answer in self.answers)

    @property
    def changes(self) -> tuple[int, ...]:
        """Indices of the prefixes at which the label changes."""
        said = [(n, label) for n, label in enumerate(self.labels) if label is not None]
        later = [after[0] for before, after in pairwise(said) if before[1] != after[1]]
        return (said[0][0], *later) if said else ()

    @property
    def digits(self) -> tuple[int, ...]:
        """The digits to plot: the last label, then those that rose highest."""
        peaks = [
            max(answer.confidences[digit] if answer else 0 for answer in self.answers)
            for digit in range(DIGITS)
        ]
        last = self.labels[-1] if self.labels else None
        order = sorted(range(DIGITS), key=lambda digit: (digit != last, -peaks[digit]))
        return tuple(d for d in order[:_LINES] if d == last or peaks[d] >= 0.1)

    @property
    def words(self) -> str:
        """The labels in the order in which they came, as one sentence."""
        labels = [self.labels[number] for number in self.changes]
        if not labels:
            return "There was no digit to ask about while this was drawn."
        if len(labels) == 1:
            return f"It was {labels[0]} from the first answer on."
        earlier = ", ".join(map(str, labels[:-1]))
        share = self.prefixes[self.changes[-1]].points / self.prefixes[-1].points
        percent = f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
        return f"First {earlier}; {labels[-1]} from {percent} of the drawing on."
