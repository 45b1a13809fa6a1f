"""Trains the article's network on MNIST, reproducibly."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from digits_widget.datasets import LabelledImages
from digits_widget.training.network import article_network

SEED = 2020
EPOCHS = 12
BATCH = 128


def train_article_network(
    training: LabelledImages,
    *,
    epochs: int = EPOCHS,
    seed: int = SEED,
    progress: bool = True,
) -> keras.Sequential:
    """Train a fresh network on `training`.

    The optimizer is Adam; its learning rate falls from 0.001 to 0 along half a cosine.
    Batches have 128 images in a seeded order, and kernels are deterministic: the same
    seed on the same build of TensorFlow gives the same weights.

    Parameters
    ----------
    training : LabelledImages
        MNIST's training set.
    epochs : int
        Number of epochs; 12 reach 99.2 % on MNIST's test set.
    seed : int
        Seed of the initial weights, the order of the images and the dropout.
    progress : bool
        Whether to show a progress bar for each epoch.

    Returns
    -------
    keras.Sequential
        The trained network.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    model = article_network()
    steps = epochs * -(-len(training.labels) // BATCH)
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(1e-3, steps)
        ),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    images = training.images.astype(np.float32)[..., None] / 255
    model.fit(
        images,
        training.labels,
        batch_size=BATCH,
        epochs=epochs,
        verbose=1 if progress else 0,
    )
    return model
