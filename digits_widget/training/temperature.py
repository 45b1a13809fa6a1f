"""Fits the softmax temperature of a network on held-out digits."""

from __future__ import annotations

import math

import keras
import numpy as np
from numpy.typing import NDArray


def measure(
    model: keras.Model, images: NDArray[np.float32], labels: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the accuracy on held-out digits, and their best temperature.

    Parameters
    ----------
    model : keras.Model
        A model that answers with logits.
    images : ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink.
    labels : ndarray
        (n,) int64 in [0, 9].
    """
    logits = model.predict(images[..., None], batch_size=500, verbose=0)
    right = logits.argmax(axis=1) == labels
    return float(right.mean()), temperature(logits.astype(np.float64), labels)


def temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the softmax temperature with the highest likelihood.

    A golden-section search maximises the mean log-likelihood (Guo and others, *On
    Calibration of Modern Neural Networks*, 2017).

    Parameters
    ----------
    logits : ndarray
        (n, 10), answers about held-out digits.
    labels : ndarray
        (n,) int64 in [0, 9].
    """
    golden = (math.sqrt(5) - 1) / 2
    low, high = -1.5, 1.5

    def cost(power: float) -> float:
        scaled = logits / math.exp(power)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        right = scaled[np.arange(len(labels)), labels]
        return float((np.log(np.exp(scaled).sum(axis=1)) - right).mean())

    while high - low > 1e-4:
        left = high - golden * (high - low)
        right = low + golden * (high - low)
        if cost(left) < cost(right):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)
