"""Logits: what a model gives that ends before its softmax. Told apart, and turned."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import LogitsError, OptionError
from digits_widget.prediction import Prediction, check_confidences

Logits = Literal["refuse", "softmax"]
"""What becomes of an answer that is logits: a `LogitsError`, or its softmax."""


def softmax(logits: ArrayLike) -> NDArray[np.float64]:
    """Return confidences in the proportions of ``exp(logits)``.

    Parameters
    ----------
    logits : array_like
        (..., 10) finite numbers of any size.

    Returns
    -------
    ndarray
        Same shape, float64 in [0, 1]; each row sums to 1.
    """
    values = np.asarray(logits, dtype=np.float64)
    # Only differences matter; without the largest no exponential can overflow.
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def at_temperature(prediction: Prediction, temperature: float) -> Prediction:
    """Return an answer made bolder or more modest; its label stays the same.

    That is ``softmax(logits / temperature)``. From confidences it is had without the
    logits: each to the power of 1 / temperature, then scaled to sum to 1 (Guo, Pleiss,
    Sun, Weinberger, *On Calibration of Modern Neural Networks*, ICML 2017).

    Parameters
    ----------
    prediction : Prediction
        At temperature 1, as a model gives it.
    temperature : float
        Above 0. Below 1 bolder, above 1 more modest; 1 changes nothing.

    Raises
    ------
    OptionError
        A temperature that is not above 0.
    """
    if not temperature > 0:
        msg = f"Got a temperature of {temperature}, expected a number above 0."
        raise OptionError(msg)
    if temperature == 1:
        return prediction
    if prediction.logits is not None:
        logits = prediction.logits
    else:
        # A confidence of 0 is a logit of minus infinity, and stays 0.
        with np.errstate(divide="ignore"):
            logits = np.log(prediction.confidences)
    return replace(prediction, confidences=softmax(logits / temperature))


def read_scores(
    scores: ArrayLike, *, model: str = "", logits: Logits = "refuse"
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return confidences, and the logits that they were made from, if they were.

    Parameters
    ----------
    scores : array_like
        (n, 10) or (10,), what a model answered.
    model : str
        Its name, for messages.
    logits : {"refuse", "softmax"}
        What to do should they be logits. Confidences always stay as they are.

    Raises
    ------
    NotTenError, NotConfidencesError
        As for `check_confidences`.
    """
    try:
        return check_confidences(scores, model=model), None
    except LogitsError as exc:
        if logits == "refuse":
            raise
        return softmax(exc.logits), exc.logits
