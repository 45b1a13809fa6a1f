"""`Framing`: the first layer of version 2, which centres and scales the ink.

It moves the centre of mass to the middle of the field, and scales the ink to the spread
of MNIST's. The later layers hardly see the position and size of a drawing, so they can
be small.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_SIDE = 28

_SPREAD = 6.6
"""Pixels, root mean square distance of the ink from its centre: MNIST's median."""

_ZOOM = (0.4, 1.5)
"""Smallest and largest step on the given picture for one pixel of the framed one."""

_TRACE = 1e-3
"""Least ink: below it the picture counts as blank, which avoids a division by 0."""


@keras.saving.register_keras_serializable(package="digits_widget")
class Framing(keras.layers.Layer):
    """Centre and scale each picture by its own ink, without trained weights.

    Input and output are ``(n, 28, 28, 1) float32 in [0, 1], 1 is ink``. Resampling is
    linear, with a wider filter for shrinking, as two matrix products: rows, then
    columns.
    """

    def call(self, images: Any) -> Any:  # noqa: ANN401 - Keras ships no types
        """Return the framed pictures."""
        picture = images[..., 0]
        by_row, by_column = ops.sum(picture, axis=2), ops.sum(picture, axis=1)
        y, y_spread = _balance(by_row)
        x, x_spread = _balance(by_column)
        zoom = ops.clip(ops.sqrt(y_spread + x_spread) / _SPREAD, *_ZOOM)
        rows, columns = _weights(y, zoom), _weights(x, zoom)
        framed = ops.matmul(
            ops.matmul(rows, picture), ops.transpose(columns, (0, 2, 1))
        )
        return framed[..., None]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> Any:  # noqa: ANN401
        """Return the shape of the input, which does not change."""
        return input_shape


def _balance(ink: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return centre and variance of the ink along one axis; (n, 28) to two of (n,)."""
    places = ops.arange(_SIDE, dtype="float32")
    mass = ops.sum(ink, axis=1) + _TRACE
    middle = (_SIDE - 1) / 2
    centre = (ops.sum(ink * places, axis=1) + _TRACE * middle) / mass
    away = places[None] - centre[:, None]
    return centre, ops.sum(ink * away * away, axis=1) / mass


def _weights(centre: Any, zoom: Any) -> Any:  # noqa: ANN401
    """Return (n, 28, 28): the weight of each old line in each new one."""
    places = ops.arange(_SIDE, dtype="float32")
    wanted = centre[:, None] + (places[None] - (_SIDE - 1) / 2) * zoom[:, None]
    reach = ops.maximum(zoom, 1.0)[:, None, None]
    distance = ops.abs(wanted[:, :, None] - places[None, None]) / reach
    return ops.maximum(1.0 - distance, 0.0) / reach
