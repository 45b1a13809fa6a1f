"""How much memory a model would need, found before any of it is taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import keras
import tensorflow as tf

from digits_widget.errors import ExportError

LARGEST = 1 << 30
"""Bytes of weights, and of what one layer gives for the seeded inputs, at most."""

SAMPLES = 16
"""Seeded inputs that are asked about, unless the model is for batches of one size."""

OPEN_SIDE = 28
"""Pixels along a side that the model leaves open."""

_BYTES = 4
"""Of a number: float32."""


def check_footprint(build: Callable[[], keras.Model], name: str) -> None:
    """Build the model in a graph that nobody runs, and refuse one that is too large.

    A file of a kilobyte can describe layers that fill the memory. In a graph they
    have shapes and nothing else.

    Parameters
    ----------
    build : callable
        Makes the model, without weights.
    name : str
        Of the file, for messages.

    Raises
    ------
    ExportError
        The weights, or what a layer gives, are more than `LARGEST` bytes.
    """
    with tf.Graph().as_default():
        model = build()
        layers = list(_layers(model))
        weights = sum(_size(weight.shape) for each in layers for weight in each.weights)
        given = max((SAMPLES * _given(layer) for layer in layers), default=0)
    for what, size in (("weights", weights), ("answers of one layer", given)):
        if size > LARGEST:
            msg = (
                f"Got {name}, whose {what} would take {size:,} bytes, expected at most "
                f"{LARGEST:,}. It may be made to fill the memory."
            )
            raise ExportError(msg)


def _layers(model: keras.Layer) -> Iterator[keras.Layer]:
    inside = getattr(model, "layers", None)
    if inside is None:
        yield model
    for layer in inside or ():
        yield from _layers(layer)


def _given(layer: keras.Layer) -> int:
    try:
        outputs = keras.tree.flatten(layer.output)
    except (AttributeError, ValueError):
        return 0
    return sum(_size(output.shape[1:]) for output in outputs)


def _size(shape: tuple[int | None, ...]) -> int:
    return _BYTES * math.prod(OPEN_SIDE if side is None else side for side in shape)
