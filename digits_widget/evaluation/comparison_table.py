"""A table of evaluations: the same digits through every preset or dithering method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE, dither
from digits_widget.evaluation.evaluation import Evaluation, evaluate
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction

Images = NDArray[np.float32]
Variants = Sequence[tuple[str, Callable[[], Images]]]
"""Pairs of a name and a function that makes the (n, 28, 28) images."""


_NAME = 30
"""Characters of the first column: room for the longest name of a method."""


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the table."""

    name: str
    """Name of the preset or method."""

    result: Evaluation
    """The evaluation of its images."""

    def __str__(self) -> str:
        low, high = self.result.interval
        return (
            f"{self.name:<{_NAME}} {self.result.accuracy:8.2%}   "
            f"{low:.2%} to {high:.2%}  {self.result.reliability.error:6.2%}"
        )


def head_row(kind: str) -> str:
    """Return the line above the rows; `kind` is the title of the first column."""
    return f"{kind:<{_NAME}} accuracy   95 % interval      ECE"


def variants_of(kind: str, prepared: Callable[[str | None], Images]) -> Variants:
    """Return the presets or dithering methods to compare.

    Parameters
    ----------
    kind : str
        ``presets`` or ``dithering``.
    prepared : callable
        Takes the name of a preset, or None for the default one; returns the images.
    """
    if kind == "presets":
        return [(name, partial(prepared, name)) for name in PRESETS]
    images = prepared(None)
    dithered: Variants = [(name, partial(dither, images, name)) for name in CATALOGUE]
    return [("(none)", lambda: images), *dithered]


def comparison_table(
    variants: Variants,
    labels: NDArray[np.int64],
    predict: Callable[[Images], Sequence[Prediction]],
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[Row]:
    """Evaluate every variant; the next one is prepared while the server answers.

    Parameters
    ----------
    variants : sequence
        From `variants_of`.
    labels : ndarray
        (n,) int64 in [0, 9].
    predict : callable
        Such as `Client.predict`.
    progress : callable, optional
        Called with the rows done, the rows in all, and the name of the last row.
    """
    rows = []
    for name, result in _answered(variants, labels, predict):
        rows.append(Row(name, result))
        if progress:
            progress(len(rows), len(variants), name)
    return rows


def _answered(
    variants: Variants,
    labels: NDArray[np.int64],
    predict: Callable[[Images], Sequence[Prediction]],
) -> Iterator[tuple[str, Evaluation]]:
    with ThreadPoolExecutor(1) as pool:
        waiting = None
        for name, make in variants:
            images = make()
            if waiting is not None:
                yield waiting[0], waiting[1].result()
            waiting = name, pool.submit(evaluate, images, labels, predict)
        if waiting is not None:
            yield waiting[0], waiting[1].result()


def mean_row(rows: Sequence[Row]) -> list[str]:
    """Return the mean accuracy over the dithering methods, if these are such rows."""
    dithered = [row.result.accuracy for row in rows if row.name in CATALOGUE]
    if not dithered:
        return []
    return [f"{f'mean of {len(dithered)} methods':<{_NAME}} {np.mean(dithered):8.2%}"]
