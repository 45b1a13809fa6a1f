"""What is right in lesson 5, Dithering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.dithering import (
    CATALOGUE,
    Kernel,
    diffuse_stepwise,
    dither,
    own_method,
)
from digits_widget.errors import OptionError
from digits_widget.evaluation import evaluate
from digits_widget.serving import Client

Image = NDArray[np.float32]

_TOLD = 0.06
"""Points by which a gain may differ from ours, for learners who round."""


def exercise_1(spenders: Sequence[str], plain: Image) -> str | None:
    """Find the two methods that drop most of the error.

    Parameters
    ----------
    spenders : sequence of str
        Two names.
    plain : ndarray
        The grey that they print, (rows, cols).
    """
    if isinstance(spenders, np.ndarray):
        spenders = spenders.tolist()
    if isinstance(spenders, str) or not isinstance(
        spenders, Sequence | set | frozenset
    ):
        return 'spenders is not a list. Write two names, as in ["burkes", "stucki"].'
    books = _books(plain)
    if unknown := [str(name) for name in spenders if name not in books]:
        return (
            f"{', '.join(unknown)}: no method of error diffusion has this name. The "
            'names are in families["error diffusion"].'
        )
    if len(set(spenders)) != 2:
        return "Give two names."
    most = set(sorted(books, key=books.__getitem__)[-2:])
    if right := most & set(spenders):
        return None if right == most else f"{right.pop()} is right. Which is the other?"
    return "Neither of them. Print what each method drops, and take the largest two."


def _books(plain: Image) -> dict[str, float]:
    return {
        method.name: sum(step.dropped for step in diffuse_stepwise(plain, method))
        for method in CATALOGUE.values()
        if method.family == "error diffusion"
    }


def exercise_2(
    gains: Mapping[str, float],
    worst: Sequence[str],
    framed: Image,
    known: LabelledDrawings,
    target: str,
) -> str | None:
    """Measure how much more version 2 reads than version 1.

    Parameters
    ----------
    gains : mapping of str to float
        Percentage points by method.
    worst : sequence of str
        The methods that are asked for.
    framed : ndarray
        (n, 28, 28) pictures before dithering.
    known : LabelledDrawings
        Their drawings and labels.
    target : str
        Address of the model server.
    """
    if not isinstance(gains, Mapping):
        return 'gains is not a dictionary. Write {"a method": its points, …}.'
    if missing := [name for name in worst if name not in gains]:
        return f"There is no gain for {missing[0]} yet. Go through all names in worst."
    if not all(isinstance(gains[name], Real) for name in worst):
        return "A gain is one number: the difference of two accuracies, in points."
    truth = _gains(worst, framed, known, target)
    return None if _alike(gains, truth, 1) else _about_gains(gains, truth)


def _about_gains(gains: Mapping[str, float], truth: Mapping[str, float]) -> str:
    if _alike(gains, truth, 0.01):
        return "These are shares. A percentage point is a hundredth: take 100 of each."
    if _alike(gains, truth, -1):
        return "The signs are the other way round: version 2 less version 1."
    return "These are other numbers. Take the same method for both models."


def _alike(gains: Mapping[str, float], truth: Mapping[str, float], unit: float) -> bool:
    return all(abs(gains[name] / unit - truth[name]) < _TOLD for name in truth)


def _gains(
    worst: Sequence[str], framed: Image, known: LabelledDrawings, target: str
) -> dict[str, float]:
    def points(client: Client, name: str) -> float:
        images = dither(framed, name).astype(np.float32)
        return 100 * evaluate(images, known.labels, client.predict).accuracy

    with Client(target, version=1) as old, Client(target, version=2) as new:
        return {name: points(new, name) - points(old, name) for name in worst}


def exercise_3(mine: Mapping[str, object]) -> str | None:
    """Invent a kernel that passes on all of the error.

    Parameters
    ----------
    mine : mapping
        As `own_method` takes it.
    """
    if not isinstance(mine, Mapping):
        return 'mine is not a dictionary. Write {"kernel": [[…], […]], "divisor": …}.'
    try:
        kernel = own_method(mine).kernel
    except OptionError as exc:
        return str(exc)
    if kernel is None:
        return 'A matrix has no error to pass on. Give a "kernel".'
    if not kernel.keeps_error:
        return (
            f"It passes on {kernel.total} of {kernel.divisor} parts. The numbers must "
            "add up to the divisor."
        )
    names = [m.name for m in CATALOGUE.values() if m.kernel and _same(m.kernel, kernel)]
    if names:
        return f"This kernel has a name already: {names[0]}. Change a number or two."
    return None


def _same(one: Kernel, other: Kernel) -> bool:
    return _weights(one) == _weights(other)


def _weights(kernel: Kernel) -> dict[tuple[int, int], Fraction]:
    return {
        (x, y): Fraction(part, kernel.divisor) for x, y, part in kernel.taps if part
    }
