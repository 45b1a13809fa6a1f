"""How sure a model is about non-digits: scribbles, letters, blank and full images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits_widget.certainty import SURE
from digits_widget.evaluation.nondigits import letter, scribble
from digits_widget.pipeline import find_preset
from digits_widget.prediction import Prediction

_DRAWN = 1000
_SEED_SPACE = 2026
"""Makes these drawings differ from those of a training run with the same seed."""


def non_digit_images(
    preset: str, *, seed: int = 0
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return 1,000 scribbles, 1,000 letters, a blank and a full image, and their kinds.

    Parameters
    ----------
    preset : str
        Name of the preset that turns the drawings into images.
    seed : int
        Seed of the random drawings.

    Returns
    -------
    images : ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink.
    kinds : tuple of str
        ``scribble``, ``letter``, ``blank`` or ``full`` for each image.
    """
    random = np.random.default_rng([_SEED_SPACE, seed])
    makers = {"scribble": scribble, "letter": letter}
    drawings = [make(random) for make in makers.values() for _ in range(_DRAWN)]
    drawn = find_preset(preset).batch(drawings)
    fields = np.stack([np.zeros((28, 28)), np.ones((28, 28))]).astype(np.float32)
    kinds = [kind for kind in makers for _ in range(_DRAWN)]
    return np.concatenate([drawn, fields]), (*kinds, "blank", "full")


def share_sure(predictions: Sequence[Prediction]) -> float:
    """Return the share of the predictions above `SURE`, in [0, 1]."""
    return float(np.mean([each.confidence > SURE for each in predictions]))


def non_digit_rows(
    predictions: Sequence[Prediction], kinds: Sequence[str]
) -> list[str]:
    """Return one line of text for each kind, and one for all of them.

    Parameters
    ----------
    predictions : sequence of Prediction
        The answers about `non_digit_images`.
    kinds : sequence of str
        The kind of each image.
    """
    rows = []
    for kind in dict.fromkeys(kinds):
        pairs = zip(predictions, kinds, strict=True)
        chosen = [prediction for prediction, k in pairs if k == kind]
        rows.append(f"{kind:<10}  {len(chosen):8,}   {share_sure(chosen):8.2%}")
    whole = share_sure(predictions)
    return [*rows, f"{'all':<10}  {len(predictions):8,}   {whole:8.2%}"]
