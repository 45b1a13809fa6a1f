"""The network of version 2, which is small and frames the ink itself.

`Framing` is followed by four convolutions of 5x5 or 3x3, each with batch normalisation
during training. `serving_network` folds the normalisation into the convolutions, and
the temperature into the last layer.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from digits_widget.training.framing import Framing
from digits_widget.training.network import INPUT_NAME, OUTPUT_NAME

_EPSILON = 1e-3
"""Epsilon of the batch normalisation, needed again for folding."""

TEMPERATURE = 0.628
"""Softmax temperature of version 2, fitted on the digits of two organisations that a
twin was not trained on. Below 1, because label smoothing leaves it underconfident."""

# Filters, size of the kernel, stride, padding: 28 -> 14 -> 12 -> 6 -> 4.
_CONVOLUTIONS = (
    (32, 5, 2, "same"),
    (48, 3, 1, "valid"),
    (96, 3, 2, "same"),
    (128, 3, 1, "valid"),
)


def training_network() -> keras.Model:
    """Build the untrained network, which answers with logits.

    Returns
    -------
    keras.Model
        Takes ``(n, 28, 28, 1) float32 in [0, 1], 1 is ink``; gives ``(n, 10)`` logits.
    """
    image = layers.Input(shape=(28, 28, 1), name=INPUT_NAME)
    x = Framing(name="framing")(image)
    for number, (filters, size, stride, padding) in enumerate(_CONVOLUTIONS, start=1):
        x = layers.Conv2D(
            filters,
            size,
            strides=stride,
            padding=padding,
            use_bias=False,
            name=f"conv2d_{number}",
        )(x)
        x = layers.BatchNormalization(
            momentum=0.98, epsilon=_EPSILON, name=f"batch_normalization_{number}"
        )(x)
        x = layers.ReLU(name=f"re_lu_{number}")(x)
    x = layers.Flatten(name="flatten_1")(x)
    x = layers.Dropout(0.4, name="dropout_1")(x)
    return keras.Model(image, layers.Dense(10, name="logits")(x), name="digits")


def serving_network(trained: keras.Model, *, temperature: float) -> keras.Model:
    """Build the network to serve: fewer layers than the trained one, same answers.

    Parameters
    ----------
    trained : keras.Model
        From `training_network`.
    temperature : float
        Softmax temperature, above 0; above 1 the confidences become more even.

    Returns
    -------
    keras.Model
        Gives ``(n, 10) float32``, rows that sum to 1.
    """
    image = layers.Input(shape=(28, 28, 1), name=INPUT_NAME)
    x = Framing(name="framing")(image)
    for number, (filters, size, stride, padding) in enumerate(_CONVOLUTIONS, start=1):
        name = f"conv2d_{number}"
        x = layers.Conv2D(
            filters,
            size,
            strides=stride,
            padding=padding,
            activation="relu",
            name=name,
        )(x)
    x = layers.Flatten(name="flatten_1")(x)
    x = layers.Dense(10, activation="softmax", name=OUTPUT_NAME)(x)
    served = keras.Model(image, x, name="digits")
    for number in range(1, len(_CONVOLUTIONS) + 1):
        served.get_layer(f"conv2d_{number}").set_weights(_folded(trained, number))
    last = [w / temperature for w in trained.get_layer("logits").get_weights()]
    served.get_layer(OUTPUT_NAME).set_weights(last)
    return served


def _folded(trained: keras.Model, number: int) -> list[np.ndarray]:
    """Return kernel and bias of a convolution with its normalisation folded in."""
    (kernel,) = trained.get_layer(f"conv2d_{number}").get_weights()
    norm = trained.get_layer(f"batch_normalization_{number}")
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + _EPSILON)
    return [kernel * scale, beta - mean * scale]
