"""What the signature ``activations`` answers: the outputs of a model's layers.

`digits_widget.insight.layers` reads them, and says what each output is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from digits_widget.errors import ExportError
from digits_widget.insight.layers import FIELDS, KERNEL, SUMS, Axis
from digits_widget.training.quiet import import_tf_keras
from digits_widget.training.source import usable_name

_SILENT = {
    *("InputLayer", "Flatten", "Reshape", "Dropout", "SpatialDropout2D"),
    *("GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization"),
}
"""Layers that change no number."""

_EACH_NUMBER_ALONE = {
    *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "ThresholdedReLU"),
    *("Softmax", "BatchNormalization", "Rescaling", "Normalization"),
}
"""Layers of which each number looks at one number of the layer before."""


_ONE_PIXEL = Axis()


@dataclass(frozen=True, eq=False)
class _Field:
    """What the numbers of a layer look at: places on the picture that is a tensor."""

    picture: Any
    rows: Axis = _ONE_PIXEL
    columns: Axis = _ONE_PIXEL

    def numbers(self, shown: Mapping[int, int]) -> tuple[int, ...]:
        """Return a row of `FIELDS`; `shown` has the numbers of the layers' outputs."""
        axes = (self.rows, self.columns)
        return (
            shown.get(id(self.picture), 0),
            *(n for axis in axes for n in (axis.size, axis.stride, axis.start)),
        )


_UNKNOWN = (-1, 0, 0, 0, 0, 0, 0)


def copied(model: Any) -> Any:  # noqa: ANN401 - Keras ships no types
    """Return a copy of a model: its layers belong to no other model.

    `Activations` needs that: a layer in two models has two outputs.

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
        The model.
    """
    copy = _library(model).models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


class Activations:
    """The outputs of a model's layers, as one function of its input.

    Layers that change no number, such as Flatten, are left out. A last Dense layer with
    softmax counts as two: its weighted sums, and the confidences.

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
        From `copied`; has one input and one output.

    Raises
    ------
    ExportError
        A layer is used twice, so that it has no output of its own.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - Keras ships no types
        layers = [each for each in model.layers if _kind(each) not in _SILENT]
        fields = _fields(model)
        tensors = [_output(layer) for layer in layers]
        names = [str(layer.name) for layer in layers]
        self._dense = layers[-1] if _is_dense_with_softmax(layers[-1]) else None
        if self._dense is not None:
            # Its input, of which the sums are made.
            tensors.insert(-1, self._dense.input)
            names.insert(-1, f"{names[-1]}{SUMS}")
        self._names = [
            f"{number:02}_{usable_name(name)}" for number, name in enumerate(names, 1)
        ]
        # A picture that a later layer looks at is known by its number here.
        shown = {id(tensor): number for number, tensor in enumerate(tensors, 1)}
        self._fields = np.array(
            [
                fields[id(tensor)].numbers(shown) if id(tensor) in fields else _UNKNOWN
                for tensor in tensors
            ],
            np.int32,
        )
        self._kernel = _first_patterns(layers)
        self._model = _library(model).Model(model.inputs[0], tensors)

    def __call__(self, images: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return every output by its name."""
        found = keras.tree.flatten(self._model(images, training=False))
        if self._dense is not None:
            found[-2] = _sums(self._dense, found[-2])
        outputs = dict(zip(self._names, found, strict=True))
        outputs[FIELDS] = tf.constant(self._fields)
        if self._kernel is not None:
            outputs[KERNEL] = tf.convert_to_tensor(self._kernel)[:, :, 0]
        return outputs


def _kind(layer: Any) -> str:  # noqa: ANN401
    return type(layer).__name__


def _output(layer: Any) -> Any:  # noqa: ANN401
    # Keras 3 returns the first of several outputs, Keras 2 raises an error.
    if len(layer._inbound_nodes) > 1:  # noqa: SLF001 - the same in both
        msg = (
            f"Got a model whose layer {layer.name} is used more than once, so that it "
            "has no output of its own. Export it without --activations."
        )
        raise ExportError(msg)
    output = layer.output
    if isinstance(output, (list, tuple, dict)):
        msg = (
            f"Got a model whose layer {layer.name} has {len(output)} outputs, expected "
            "one. Export it without --activations."
        )
        raise ExportError(msg)
    return output


def _is_dense_with_softmax(layer: Any) -> bool:  # noqa: ANN401
    if _kind(layer) != "Dense" or len(layer.input.shape) != 2:
        return False
    return getattr(layer.activation, "__name__", "") == "softmax"


def _sums(dense: Any, given: Any) -> Any:  # noqa: ANN401
    """Return what a Dense layer gives before its softmax."""
    sums = tf.matmul(given, tf.convert_to_tensor(dense.kernel))
    return sums + tf.convert_to_tensor(dense.bias) if dense.use_bias else sums


def _first_patterns(layers: list[Any]) -> Any:  # noqa: ANN401
    """Return the kernel of the first convolution, if it looks at one channel."""
    first = next((each for each in layers if _kind(each) == "Conv2D"), None)
    if first is None or first.kernel.shape[2] != 1:
        return None
    return first.kernel


def _library(model: Any) -> Any:  # noqa: ANN401
    return keras if isinstance(model, keras.Model) else import_tf_keras()


def _fields(model: Any) -> dict[int, _Field]:  # noqa: ANN401
    """Return what the numbers of each tensor look at, as far as that is known."""
    (picture,) = model.inputs
    fields = {id(picture): _Field(picture)} if len(picture.shape) == 4 else {}
    for layer in model.layers:
        made, given = _output(layer), layer.input
        field = None if isinstance(given, list) else fields.get(id(given))
        if field is not None and (found := _through(layer, field, given, made)):
            fields[id(made)] = found
    return fields


def _through(layer: Any, field: _Field, given: Any, made: Any) -> _Field | None:  # noqa: ANN401
    kind = _kind(layer)
    if kind in _EACH_NUMBER_ALONE or kind in _SILENT - {"Flatten", "Reshape"}:
        return field
    if _is_last_channel(layer) and (window := _window(layer)):
        steps = _pair(layer.strides)
        axes = [
            axis.through(size, step, _padding(layer.padding, side, size, step))
            for axis, size, step, side in zip(
                (field.rows, field.columns),
                window,
                steps,
                given.shape[1:3],
                strict=True,
            )
        ]
        return _Field(field.picture, *axes)
    # Such as Framing, which moves the ink: later layers look at its picture.
    is_picture = len(made.shape) == 4 and made.shape[-1] == 1
    return _Field(made) if is_picture else None


def _is_last_channel(layer: Any) -> bool:  # noqa: ANN401
    return getattr(layer, "data_format", "channels_last") == "channels_last"


def _window(layer: Any) -> tuple[int, int] | None:  # noqa: ANN401
    """Return rows and columns that a convolution or pooling looks at."""
    if _kind(layer) in {"MaxPooling2D", "AveragePooling2D"}:
        return _pair(layer.pool_size)
    if _kind(layer) in {"Conv2D", "DepthwiseConv2D", "SeparableConv2D"}:
        sizes, gaps = _pair(layer.kernel_size), _pair(layer.dilation_rate)
        return (sizes[0] - 1) * gaps[0] + 1, (sizes[1] - 1) * gaps[1] + 1
    return None


def _pair(value: Any) -> tuple[int, int]:  # noqa: ANN401
    return (value, value) if isinstance(value, int) else tuple(value)


def _padding(kind: str, side: int | None, window: int, step: int) -> int:
    """Return how many rows or columns of nothing TensorFlow puts before the first."""
    if kind != "same" or side is None:
        return 0
    count = -(-side // step)
    return max(0, (count - 1) * step + window - side) // 2
