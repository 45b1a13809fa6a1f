"""The network of the 2020 article, layer by layer.

Two convolutions, one pooling, two dense layers: the MNIST convnet that Keras
shipped as its first example. Layer names are the ones Keras 2 gave in 2020,
because the names of the served tensors come from them: the first layer's input
is ``conv2d_1_input`` and the last layer's output is ``dense_2``.
"""

from __future__ import annotations

import keras
from keras import layers

INPUT_NAME = "conv2d_1_input"
OUTPUT_NAME = "dense_2"


def article_network() -> keras.Sequential:
    """Build the untrained network.

    Returns
    -------
    keras.Sequential
        Takes ``(n, 28, 28, 1) float32 in [0, 1], 1 is ink``; gives
        ``(n, 10) float32``, rows that sum to 1. 1,199,882 parameters.
    """
    return keras.Sequential(
        [
            layers.Input(shape=(28, 28, 1), name=INPUT_NAME),
            layers.Conv2D(32, 3, activation="relu", name="conv2d_1"),
            layers.Conv2D(64, 3, activation="relu", name="conv2d_2"),
            layers.MaxPooling2D(2, name="max_pooling2d_1"),
            layers.Dropout(0.25, name="dropout_1"),
            layers.Flatten(name="flatten_1"),
            layers.Dense(128, activation="relu", name="dense_1"),
            layers.Dropout(0.5, name="dropout_2"),
            layers.Dense(10, activation="softmax", name=OUTPUT_NAME),
        ],
        name="digits",
    )
