"""Computes the memory of a model before allocating it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from digits_widget.errors import ExportError

LARGEST = 1 << 30
"""Most bytes of weights, and of one layer's output for the seeded inputs."""

SAMPLES = 16
"""Number of seeded inputs, unless the model has a fixed batch size."""

OPEN_SIDE = 28
"""Pixels along a side, if the model does not fix it."""

_BYTES = 4
"""Bytes of a float32."""


def check_footprint(build: Callable[[], Any], name: str) -> None:
    """Build a model of Keras 3 in a graph without running it, and refuse a large one.

    A file of a kilobyte can describe layers that fill the memory. In a graph the layers
    have only shapes.

    Parameters
    ----------
    build : callable
        Makes the model, without weights.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ExportError
        The weights, or the output of a layer, have more than `LARGEST` bytes.
    """
    with tf.Graph().as_default():
        model = build()
        layers = list(_layers(model))
        weights = sum(_size(weight.shape) for each in layers for weight in each.weights)
        _check("weights", weights, name)
        check_answers(model, name)


@contextmanager
def limited_weights(name: str) -> Iterator[None]:
    """Refuse weights of tf_keras above `LARGEST` bytes before allocating them.

    tf_keras cannot build every model in a separate graph. But unlike Keras 3, it passes
    the shape of each variable before it makes the values.
    """
    total = 0

    def count(make: Callable[..., Any], **options: Any) -> Any:  # noqa: ANN401
        nonlocal total
        total += _size(tuple(options.get("shape") or ()))
        _check("weights", total, name)
        return make(**options)

    with tf.variable_creator_scope(count):
        yield


def check_answers(model: Any, name: str) -> None:  # noqa: ANN401 - of either library
    """Refuse a model with a layer whose output has more than `LARGEST` bytes.

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
        The model.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ExportError
        The model is too large.
    """
    given = max((SAMPLES * _given(layer) for layer in _layers(model)), default=0)
    _check("answers of one layer", given, name)


def _check(what: str, size: int, name: str) -> None:
    if size > LARGEST:
        msg = (
            f"Got {name}, whose {what} would take {size:,} bytes, expected at most "
            f"{LARGEST:,}. It may be made to fill the memory."
        )
        raise ExportError(msg)


def _layers(model: Any) -> Iterator[Any]:  # noqa: ANN401 - of either library
    inside = getattr(model, "layers", None)
    if inside is None:
        yield model
    for layer in inside or ():
        yield from _layers(layer)


def _given(layer: Any) -> int:  # noqa: ANN401
    try:
        outputs = keras.tree.flatten(layer.output)
    except (AttributeError, ValueError):
        return 0
    return sum(_size(tuple(output.shape)[1:]) for output in outputs)


def _size(shape: tuple[int | None, ...]) -> int:
    return _BYTES * math.prod(OPEN_SIDE if side is None else side for side in shape)
