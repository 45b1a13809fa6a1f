"""What is right in lesson 6, Confidence."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from numbers import Integral, Real

import numpy as np

from digits_widget.evaluation import Evaluation
from digits_widget.pipeline import PRESETS
from digits_widget.samples import samples
from digits_widget.serving import Client

_NEAR = 0.005
"""How far above the least calibration error a temperature's may be."""

_SHRUNK = "version 1, naive"
"""Name of the result that exercise 2 is about."""


def exercise_1(torn: tuple[int, int], article: Client) -> str | None:
    """Find the two digits between which version 1 is torn most.

    Parameters
    ----------
    torn : (int, int)
        The digits, in any order.
    article : Client
        Of version 1.
    """
    if isinstance(torn, np.ndarray | set | frozenset):
        torn = tuple(torn)
    if not isinstance(torn, tuple | list) or len(torn) != 2:
        return "torn is not a pair. Write two digits in parentheses, such as (4, 9)."
    if not all(isinstance(digit, Integral) and 0 <= digit <= 9 for digit in torn):
        return "Both are digits from 0 to 9. Is torn a place in pairs? Use pairs[…]."
    pair = (min(torn), max(torn))
    margins = _margins(article)
    if pair not in margins:
        return "Take two different digits."
    best = min(margins, key=margins.__getitem__)
    if pair == max(margins, key=margins.__getitem__):
        return "This is the pair with the largest margin. Look for the least."
    if margins[pair] > margins[best]:
        return (
            f"With {pair[0]} and {pair[1]} the margin is {margins[pair]:.1%}. Another "
            "pair has less."
        )
    return None


def _margins(article: Client) -> dict[tuple[int, int], float]:
    framed = PRESETS["mnist"].batch(samples())
    pairs = list(combinations(range(10), 2))
    halves = np.stack([(framed[one] + framed[other]) / 2 for one, other in pairs])
    answers = article.predict(halves)
    return {pair: one.margin for pair, one in zip(pairs, answers, strict=True)}


def exercise_2(best: float, results: Mapping[str, Evaluation]) -> str | None:
    """Find the temperature that calibrates version 1 for shrunk pictures.

    Parameters
    ----------
    best : float
        The temperature.
    results : mapping of str to Evaluation
        The lesson's results by version and preset.
    """
    if not isinstance(best, Real) or not best > 0:
        return "best is not a temperature. It is one number above 0."
    if best < 1:
        return "Below 1 the model gets even bolder. Is it too modest, or too bold?"
    error = _error(results[_SHRUNK], float(best))
    tried = np.arange(1, 10.25, 0.25)
    errors = [_error(results[_SHRUNK], T) for T in tried]
    if error <= min(errors) + _NEAR:
        return None
    if best == tried[np.argmax(errors)]:
        return "This has the largest error. Take the temperature with the smallest."
    way = "higher" if best < tried[np.argmin(errors)] else "lower"
    return f"At {best:g} the error is {error:.1%}. Try a {way} temperature."


def _error(result: Evaluation, temperature: float) -> float:
    powers = result.confidences ** (1 / temperature)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return Evaluation(result.labels, shares).reliability.error


def exercise_3(warned: int, first: Evaluation, second: Evaluation) -> str | None:
    """Count the mistakes of version 1 that version 2 reads differently.

    Parameters
    ----------
    warned : int
        The count.
    first, second : Evaluation
        What the two versions answered.
    """
    mistakes = first.answers != first.labels
    differ = first.answers != second.answers
    if isinstance(warned, np.ndarray) and warned.shape == mistakes.shape:
        return "This has a truth value for each drawing. Count them with .sum()."
    if isinstance(warned, bool) or not isinstance(warned, Integral):
        return "warned is not a whole number. Count with .sum()."
    if warned == (mistakes & differ).sum():
        return None
    if warned == mistakes.sum():
        return "These are all mistakes of version 1. Leave out those that both make."
    if warned == differ.sum():
        return "These are all disagreements. In some of them version 1 is right."
    return "That is another number. Where is version 1 wrong, and where do they differ?"
