"""The training pictures of one epoch of version 2, from a seed and the epoch's number.

An epoch has MNIST images, moved and with noise; augmented pen strokes; and non-digits.
This module does not need Keras, so that another process can make the next epoch while
this one trains.
"""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits_widget.datasets import LabelledDrawings, LabelledImages
from digits_widget.evaluation.nondigits import letter, scribble
from digits_widget.training.noise_augmentation import add_noise
from digits_widget.training.regional import add_regional
from digits_widget.training.stroke_augmentation import (
    Points,
    draw_framed,
    draw_on_canvas,
    normalise,
    vary,
)

NO_DIGIT = -1
"""Label of a non-digit, whose target is ten equal confidences."""


@dataclass(frozen=True, eq=False)
class Sources:
    """The data for the pictures of an epoch."""

    images: NDArray[np.uint8]
    """(n, 28, 28) uint8, 255 is ink: MNIST's training set."""

    image_labels: NDArray[np.int64]
    """(n,) int64 in [0, 9]."""

    strokes: tuple[tuple[Points, ...], ...]
    """Pen digits, each normalised."""

    stroke_labels: NDArray[np.int64]
    """(m,) int64 in [0, 9]."""

    @classmethod
    def of(cls, mnist: LabelledImages, pen: LabelledDrawings) -> Self:
        """Make the sources from MNIST's training set and pen digits.

        Parameters
        ----------
        mnist : LabelledImages
            MNIST's training set.
        pen : LabelledDrawings
            The pen digits.
        """
        strokes = tuple(normalise(drawing) for drawing in pen.drawings)
        return cls(mnist.images, mnist.labels, strokes, pen.labels)

    def __str__(self) -> str:
        return f"{len(self.images)} of MNIST and {len(self.strokes)} pen digits"


PICTURES = 100_000
"""Pictures in one epoch, by default."""

_MNIST, _PEN = 0.48, 0.46
"""Shares of an epoch; the rest are non-digits."""


def make_epoch(
    sources: Sources, number: int, *, seed: int, pictures: int = PICTURES
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw the pictures of one epoch, in a random order.

    Parameters
    ----------
    sources : Sources
        The data for the pictures.
    number : int
        Number of the epoch, from 0.
    seed : int
        Seed of the run; with `number` it decides every picture.
    pictures : int
        Number of pictures.

    Returns
    -------
    images : ndarray
        (n, 28, 28) uint8, 255 is ink.
    labels : ndarray
        (n,) int64 in [0, 9], or `NO_DIGIT`.
    """
    random = np.random.default_rng([seed, number])
    mnist_count, pen_count = round(pictures * _MNIST), round(pictures * _PEN)
    chosen = _turns(len(sources.images), mnist_count, random)
    mnist = np.stack([_moved(sources.images[index], random) for index in chosen])
    order = _turns(len(sources.strokes), pen_count, random)
    pen = np.stack(
        [
            _drawn(
                add_regional(
                    sources.strokes[index], int(sources.stroke_labels[index]), random
                ),
                random,
            )
            for index in order
        ]
    )
    rest = range(pictures - mnist_count - pen_count)
    other = np.stack([_no_digit(random) for _ in rest])
    images = np.concatenate([mnist, pen, other])
    labels = np.concatenate(
        [
            sources.image_labels[chosen],
            sources.stroke_labels[order],
            np.full(len(other), NO_DIGIT, np.int64),
        ]
    )
    shuffled = random.permutation(len(images))
    return add_noise(images[shuffled], random), labels[shuffled]


def end_at_interrupt() -> None:
    """Let a process that only draws epochs end silently on Ctrl-C.

    The signal reaches that process too, but only the training process prints a message.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))


def _turns(size: int, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return `count` indices below `size`, each almost equally often."""
    rounds = -(-count // size)
    places = np.concatenate([random.permutation(size) for _ in range(rounds)])
    return places[:count]


def _moved(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Turn, slant, scale and shift a picture; one in four stays as it is."""
    kind = random.random()
    if kind < 0.25:
        return image
    canvas = kind < 0.5
    turn = math.radians(random.normal(0, 6))
    slant = random.normal(0, 0.12)
    scale = random.uniform(0.55, 1.05) if canvas else math.exp(random.normal(0, 0.08))
    aspect = math.exp(random.normal(0, 0.06))
    # Pillow needs the inverse, from the new picture to the old one.
    cos, sin = math.cos(turn) / scale, math.sin(turn) / scale
    a, b = cos * aspect, -sin + slant / scale
    d, e = sin, cos / aspect
    room = max(0.0, 13.5 - 10 * scale) if canvas else 1.2
    dx, dy = random.uniform(-room, room, 2)
    middle = 13.5 + 0.5
    c = middle - a * (middle + dx) - b * (middle + dy)
    f = middle - d * (middle + dx) - e * (middle + dy)
    moved = Image.fromarray(image).transform(
        (28, 28), Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BICUBIC
    )
    return np.asarray(moved)


def _drawn(strokes: Sequence[Points], random: np.random.Generator) -> NDArray[np.uint8]:
    varied = vary(strokes, random)
    if random.random() < 0.5:
        return draw_framed(varied, random)
    return draw_on_canvas(varied, random)


def _no_digit(random: np.random.Generator) -> NDArray[np.uint8]:
    kind = random.random()
    if kind < 0.04:
        return np.full((28, 28), random.choice([0, 0, 255, 255, 128]), np.uint8)
    if kind < 0.08:
        return _noise(random)
    maker = scribble if kind < 0.5 else letter
    return _drawn(normalise(maker(random)), random)


def _noise(random: np.random.Generator) -> NDArray[np.uint8]:
    """Return specks or blots without a line among them."""
    grain = int(random.choice([28, 14, 7]))
    specks = random.random((grain, grain)) < random.uniform(0.02, 0.95)
    blots = Image.fromarray(specks.astype(np.uint8) * 255)
    return np.asarray(blots.resize((28, 28), Image.Resampling.BILINEAR))
