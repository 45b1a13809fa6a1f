"""Logits: the answer of a model without a final softmax, and their softmax."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import LogitsError, OptionError
from digits_widget.prediction import Prediction, check_confidences

Logits = Literal["refuse", "softmax"]
"""How to treat logits: ``refuse`` raises `LogitsError`, ``softmax`` applies it."""


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
    # Only differences matter. Subtracting the largest keeps exp from overflowing.
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def at_temperature(prediction: Prediction, temperature: float) -> Prediction:
    """Apply a softmax temperature to an answer; its label stays the same.

    The result is ``softmax(logits / temperature)``. Equivalently, raise each confidence
    to the power 1 / temperature and renormalise (Guo, Pleiss, Sun, Weinberger, *On
    Calibration of Modern Neural Networks*, ICML 2017).

    Parameters
    ----------
    prediction : Prediction
        The answer of the model, at temperature 1.
    temperature : float
        Above 0. Below 1 sharpens the confidences, above 1 evens them out, 1 keeps them.

    Raises
    ------
    OptionError
        `temperature` is not above 0.
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
    scores: ArrayLike,
    *,
    model: str = "",
    logits: Logits = "refuse",
    precision: float = 0.0,
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return confidences, and the logits that they were computed from, or None.

    Parameters
    ----------
    scores : array_like
        (n, 10) or (10,), the answer of a model.
    model : str
        Its name, for messages.
    logits : {"refuse", "softmax"}
        How to treat logits. Confidences always stay as they are.
    precision : float
        As for `check_confidences`.

    Raises
    ------
    NotTenError, NotConfidencesError
        As for `check_confidences`.
    """
    try:
        return check_confidences(scores, model=model, precision=precision), None
    except LogitsError as exc:
        if logits == "refuse":
            raise
        return softmax(exc.logits), exc.logits
