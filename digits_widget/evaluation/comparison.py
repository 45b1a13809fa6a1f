"""`Comparison`: two models on the same digits, and whether the difference is chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from digits_widget.errors import DataError
from digits_widget.evaluation.evaluation import Evaluation


@dataclass(frozen=True)
class Comparison:
    """Digits that one of two runs read right and the other wrong."""

    only_first: int
    """Read right by the first run alone."""

    only_second: int
    """Read right by the second run alone."""

    both: int
    """Read right by both."""

    neither: int
    """Read right by neither."""

    @property
    def p_value(self) -> float:
        """How likely chance alone makes at least this difference, in [0, 1].

        McNemar's test (1947) in its exact form: the digits that only one run reads
        right are thrown as fair coins.
        """
        trials = self.only_first + self.only_second
        fewer = min(self.only_first, self.only_second)
        tail = sum(math.comb(trials, k) for k in range(fewer + 1))
        # Whole numbers until the end: two to the power of thousands is no float.
        return min(1.0, 2 * tail / (1 << trials))


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """Compare two runs over the same digits.

    Raises
    ------
    DataError
        The runs are about different digits.
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
