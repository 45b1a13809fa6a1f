"""`make_it`: few dabs of pen and eraser that make a model read another digit.

A targeted counterfactual, found by a beam search that needs only the model's answers:
each round tries a dab at many places of the best images so far, all in one batch, and
keeps those where the log-odds of the target against the other digits are highest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.insight.counterfactuals import Dab, Image, Many, variants_of
from digits_widget.prediction import Prediction

BEAM = 3
"""Images that each round goes on from."""

MOST = 30
"""Dabs after which the search gives up: more would be a new drawing."""

STEP = 2
"""Pixels from one place to the next; a dab is 3 wide."""

_TINY = 1e-38
"""Least confidence in the odds: the smallest float32, below which answers are 0."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """An image on its way to another digit."""

    target: int
    """The digit that it should become."""

    before: Image
    """(28, 28) float32 in [0, 1], 1 is ink: the image without dabs."""

    image: Image
    """The same with all dabs."""

    dabs: tuple[Dab, ...]
    """The dabs so far, in order, each with the answer after it."""

    prediction: Prediction
    """The answer about `image`."""

    @property
    def is_done(self) -> bool:
        """Whether the model reads the target."""
        return self.prediction.label == self.target


def make_it(
    target: int,
    image: Image,
    many: Many,
    *,
    beam: int = BEAM,
    most: int = MOST,
) -> Iterator[Attempt]:
    """Search for the fewest dabs that make the model read `target`.

    Parameters
    ----------
    target : int
        A digit, 0 to 9.
    image : ndarray
        (28, 28) float32 in [0, 1], 1 is ink.
    many : callable
        Takes (n, 28, 28) images in one call, and returns n predictions.
    beam : int
        Images that each round goes on from. More find fewer dabs, and take longer.
    most : int
        Dabs after which the search ends without success.

    Yields
    ------
    Attempt
        The image as it is, then the best after each round, with one dab more. The last
        one `is_done`, unless `most` was reached or no dab changes anything any more.
    """
    (answer,) = many(image[np.newaxis])
    best = [Attempt(target, image, image, (), answer)]
    yield best[0]
    while best and not best[0].is_done and len(best[0].dabs) < most:
        best = _round(best, many, beam)
        if best:
            yield best[0]


def _round(attempts: Sequence[Attempt], many: Many, beam: int) -> list[Attempt]:
    """Return the best attempts with one dab more, the best first."""
    tries = [
        (attempt, *variant)
        for attempt in attempts
        for variant in variants_of(attempt.image, STEP)
    ]
    if not tries:
        return []
    answers = many(np.stack([image for *_, image in tries]))
    target = attempts[0].target
    scores = np.array([_score(answer, target) for answer in answers])
    found: dict[frozenset[tuple[int, int, bool]], Attempt] = {}
    for index in np.argsort(-scores, kind="stable"):
        attempt, row, column, ink, image = tries[index]
        answer = answers[index]
        dabs = (*attempt.dabs, Dab(row, column, ink, answer))
        # The same dabs in another order are the same image.
        key = frozenset((dab.row, dab.column, dab.ink) for dab in dabs)
        after = Attempt(target, attempt.before, image, dabs, answer)
        found.setdefault(key, after)
        if len(found) == beam:
            break
    return list(found.values())


def _score(answer: Prediction, target: int) -> float:
    """Return the log-odds of the target against the strongest other digit."""
    confidences: NDArray[np.float64] = np.maximum(answer.confidences, _TINY)
    others = np.delete(confidences, target)
    return float(np.log(confidences[target]) - np.log(others.max()))
