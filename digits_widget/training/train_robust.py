"""Trains version 2's network epoch by epoch, and resumes a stopped run."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import OptionError
from digits_widget.training.epochs import (
    NO_DIGIT,
    PICTURES,
    Sources,
    end_at_interrupt,
    make_epoch,
)
from digits_widget.training.robust_network import training_network

SEED = 2020
EPOCHS = 40
BATCH = 256
RATE = 3e-3
"""Highest learning rate: it rises for a twentieth of the run, then falls."""

_SMOOTHING = 0.02
"""Label smoothing: share of the target that is spread evenly over the ten digits."""

Progress = Callable[[int, int, float], None]
"""Called with the batches done, the batches in all, and the loss."""


def train_robust_network(
    sources: Sources,
    state: Path,
    *,
    epochs: int = EPOCHS,
    seed: int = SEED,
    pictures: int = PICTURES,
    progress: Progress | None = None,
) -> keras.Model:
    """Train a new network, or resume after the last whole epoch in `state`.

    The optimizer is AdamW. Every epoch has new pictures; a second process draws the
    next epoch during training. The seed decides pictures, order and initial weights.

    Parameters
    ----------
    sources : Sources
        The data for the pictures.
    state : Path
        Folder for the network and optimizer after each epoch.
    epochs : int
        Number of epochs.
    seed : int
        Seed of the pictures, their order, the initial weights and the dropout.
    pictures : int
        Number of pictures in one epoch.
    progress : callable, optional
        Called after each batch, see `Progress`.

    Returns
    -------
    keras.Model
        The trained network, which answers with logits.

    Raises
    ------
    OptionError
        `state` has a run with other settings.
    """
    batches = -(-pictures // BATCH)
    keras.utils.set_random_seed(seed)
    settings = f"{epochs} epochs of {pictures} pictures, seed {seed}, {sources}"
    first, model = _resume(state, batches, epochs, settings)
    for number, (images, labels) in _drawn(sources, first, epochs, seed, pictures):
        for index in range(batches):
            chosen = slice(index * BATCH, (index + 1) * BATCH)
            batch = images[chosen, ..., None].astype(np.float32) / np.float32(255)
            # Otherwise Keras returns the mean over the whole run.
            model.reset_metrics()
            loss = model.train_on_batch(batch, _targets(labels[chosen]))
            if progress:
                progress(number * batches + index + 1, epochs * batches, float(loss))
        _keep(model, state, number + 1)
    return model


def _resume(
    state: Path, batches: int, epochs: int, settings: str
) -> tuple[int, keras.Model]:
    """Return the number of finished epochs, and the network after them."""
    state.mkdir(parents=True, exist_ok=True)
    _check_settings(state / "settings.txt", settings)
    kept = sorted(state.glob("epoch-*.keras"))
    model = training_network()
    if kept:
        match = re.search(r"epoch-(\d+)", kept[-1].name)
        done = int(match[1]) if match else 0
        resumed = keras.models.load_model(kept[-1])
        _continue_dropout(resumed, model, done * batches)
        return done, resumed
    steps = batches * epochs
    rise = max(1, steps // 20)
    model.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(
                RATE / 20, max(1, steps - rise), warmup_target=RATE, warmup_steps=rise
            ),
            weight_decay=0.01,
        ),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    return 0, model


def _continue_dropout(model: keras.Model, fresh: keras.Model, batches: int) -> None:
    """Restore the state of dropout: a file has its seed, but not its position."""
    for layer, begun in zip(model.layers, fresh.layers, strict=True):
        if hasattr(layer, "seed_generator"):
            seed = np.asarray(begun.seed_generator.state)[0]
            layer.seed_generator.state.assign([seed, batches])


def _check_settings(file: Path, settings: str) -> None:
    """Save the settings of this run, or refuse a folder with other settings."""
    if not file.exists():
        file.write_text(settings, encoding="utf-8")
    elif (before := file.read_text(encoding="utf-8")) != settings:
        msg = (
            f"{file.parent} has another run ({before}), not this one ({settings}). "
            "Name another folder, or remove that one."
        )
        raise OptionError(msg)


def _keep(model: keras.Model, state: Path, done: int) -> None:
    written = state / "writing.keras"
    model.save(written)
    written.rename(state / f"epoch-{done:03}.keras")
    for old in sorted(state.glob("epoch-*.keras"))[:-1]:
        old.unlink()


def _drawn(
    sources: Sources, first: int, epochs: int, seed: int, pictures: int
) -> Iterator[tuple[int, tuple[NDArray[np.uint8], NDArray[np.int64]]]]:
    """Yield each epoch's number and pictures, drawn one epoch ahead of training."""
    # A forked process with TensorFlow would hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, end_at_interrupt) as pool:
        numbers = range(first, epochs)
        waiting = [
            pool.submit(make_epoch, sources, n, seed=seed, pictures=pictures)
            for n in numbers[:1]
        ]
        for number in numbers:
            made = waiting.pop().result()
            if number + 1 < epochs:
                waiting.append(
                    pool.submit(
                        make_epoch, sources, number + 1, seed=seed, pictures=pictures
                    )
                )
            yield number, made


def _targets(labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the target confidences: mostly the label, or ten equal ones."""
    targets = np.full((len(labels), 10), _SMOOTHING / 10, np.float32)
    targets[labels == NO_DIGIT] = 0.1
    rows = np.flatnonzero(labels != NO_DIGIT)
    targets[rows, labels[rows]] += np.float32(1 - _SMOOTHING)
    return targets
