"""Trains version 2's network, pass by pass; a run that was stopped goes on."""

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
from digits_widget.training.passes import (
    NO_DIGIT,
    PICTURES,
    Sources,
    end_at_interrupt,
    make_pass,
)
from digits_widget.training.robust_network import training_network

SEED = 2020
PASSES = 40
BATCH = 256
RATE = 3e-3
"""Learning rate at its highest: it rises for a twentieth of the run, then falls."""

_SMOOTHING = 0.02
"""Share of the answer that goes to all ten alike: some labels are wrong."""

Progress = Callable[[int, int, float], None]
"""Told batches done, batches in all, and the loss."""


def train_robust_network(
    sources: Sources,
    state: Path,
    *,
    passes: int = PASSES,
    seed: int = SEED,
    pictures: int = PICTURES,
    progress: Progress | None = None,
) -> keras.Model:
    """Train a fresh network, or go on from the last whole pass kept in `state`.

    AdamW over freshly drawn passes; the next pass is drawn in a second process while
    this one trains. Pictures, order and first weights follow from the seed.

    Parameters
    ----------
    sources : Sources
        What the pictures are made from.
    state : Path
        Folder that keeps the network after each pass, with its optimizer.
    passes : int
        How many to train.
    seed : int
        Decides pictures, their order, first weights and dropout.
    pictures : int
        In one pass.
    progress : callable, optional
        Told how far it is, after each batch.

    Returns
    -------
    keras.Model
        The trained network, giving logits.

    Raises
    ------
    OptionError
        `state` keeps a run with other settings.
    """
    batches = -(-pictures // BATCH)
    keras.utils.set_random_seed(seed)
    settings = f"{passes} passes of {pictures} pictures, seed {seed}, {sources}"
    first, model = _resume(state, batches, passes, settings)
    for number, (images, labels) in _drawn(sources, first, passes, seed, pictures):
        for index in range(batches):
            chosen = slice(index * BATCH, (index + 1) * BATCH)
            batch = images[chosen, ..., None].astype(np.float32) / np.float32(255)
            # Otherwise Keras returns the mean since the run began.
            model.reset_metrics()
            loss = model.train_on_batch(batch, _targets(labels[chosen]))
            if progress:
                progress(number * batches + index + 1, passes * batches, float(loss))
        _keep(model, state, number + 1)
    return model


def _resume(
    state: Path, batches: int, passes: int, settings: str
) -> tuple[int, keras.Model]:
    """Return how many passes are done, and the network after them."""
    state.mkdir(parents=True, exist_ok=True)
    _check_settings(state / "settings.txt", settings)
    kept = sorted(state.glob("pass-*.keras"))
    model = training_network()
    if kept:
        match = re.search(r"pass-(\d+)", kept[-1].name)
        done = int(match[1]) if match else 0
        resumed = keras.models.load_model(kept[-1])
        _continue_dropout(resumed, model, done * batches)
        return done, resumed
    steps = batches * passes
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
    """Let dropout go on where it was: a file keeps its seed, not how often it drew."""
    for layer, begun in zip(model.layers, fresh.layers, strict=True):
        if hasattr(layer, "seed_generator"):
            seed = np.asarray(begun.seed_generator.state)[0]
            layer.seed_generator.state.assign([seed, batches])


def _check_settings(file: Path, settings: str) -> None:
    """Note what this run is, or refuse to go on with another one."""
    if not file.exists():
        file.write_text(settings, encoding="utf-8")
    elif (before := file.read_text(encoding="utf-8")) != settings:
        msg = (
            f"Got {file.parent}, which keeps another run ({before}), expected this one "
            f"({settings}). Name another folder, or remove that one."
        )
        raise OptionError(msg)


def _keep(model: keras.Model, state: Path, done: int) -> None:
    written = state / "writing.keras"
    model.save(written)
    written.rename(state / f"pass-{done:03}.keras")
    for old in sorted(state.glob("pass-*.keras"))[:-1]:
        old.unlink()


def _drawn(
    sources: Sources, first: int, passes: int, seed: int, pictures: int
) -> Iterator[tuple[int, tuple[NDArray[np.uint8], NDArray[np.int64]]]]:
    """Yield number and pictures of each pass, drawn one pass ahead of the training."""
    # A fork of a process that runs TensorFlow would hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, end_at_interrupt) as pool:
        numbers = range(first, passes)
        waiting = [
            pool.submit(make_pass, sources, n, seed=seed, pictures=pictures)
            for n in numbers[:1]
        ]
        for number in numbers:
            made = waiting.pop().result()
            if number + 1 < passes:
                waiting.append(
                    pool.submit(
                        make_pass, sources, number + 1, seed=seed, pictures=pictures
                    )
                )
            yield number, made


def _targets(labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what to answer: nearly all on the label, or all ten alike."""
    targets = np.full((len(labels), 10), _SMOOTHING / 10, np.float32)
    targets[labels == NO_DIGIT] = 0.1
    rows = np.flatnonzero(labels != NO_DIGIT)
    targets[rows, labels[rows]] += np.float32(1 - _SMOOTHING)
    return targets
