"""`Comparison`: two models on the same digits, and whether the difference is chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from digits_widget.errors import DataError
from digits_widget.evaluation.evaluation import Evaluation


@dataclass(frozen=True)
class Comparison:
    """How many digits each of two runs read correctly."""

    only_first: int
    """Digits that only the first run reads correctly."""

    only_second: int
    """Digits that only the second run reads correctly."""

    both: int
    """Digits that both runs read correctly."""

    neither: int
    """Digits that neither run reads correctly."""

    @property
    def p_value(self) -> float:
        """Probability of at least this difference by chance alone, in [0, 1].

        This is McNemar's test (1947) in its exact form: each digit that only one run
        reads correctly counts as the throw of a fair coin.
        """
        trials = self.only_first + self.only_second
        fewer = min(self.only_first, self.only_second)
        tail = sum(math.comb(trials, k) for k in range(fewer + 1))
        # Integers until the end: 2 to the power of thousands does not fit in a float.
        return min(1.0, 2 * tail / (1 << trials))


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """Compare two runs over the same digits.

    Parameters
    ----------
    first, second : Evaluation
        The runs, with equal labels in equal order.

    Raises
    ------
    DataError
        The labels differ.
    """
    if not np.array_equal(first.labels, second.labels):
        msg = (
            f"Got runs over {len(first)} and {len(second)} digits with other labels, "
            "expected the same digits in the same order. Evaluate both on one set."
        )
        raise DataError(msg)
    one, two = first.answers == first.labels, second.answers == second.labels
    return Comparison(
        only_first=int((one & ~two).sum()),
        only_second=int((two & ~one).sum()),
        both=int((one & two).sum()),
        neither=int((~one & ~two).sum()),
    )
