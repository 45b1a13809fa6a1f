"""Says in Keras 3's words what Keras 2 said about a model.

Since Keras 3 the shape of the input is told by a layer of its own, options that never
did anything are errors, and one activation became another function of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from digits_widget.training.old_keras import MODELS, layers_of

_CLASSES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "ThresholdedReLU": "ReLU",
}

_KERNEL = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
_SAID_FOR_NOTHING: dict[str, tuple[str, ...]] = {
    "DepthwiseConv2D": ("groups", *_KERNEL),
    "SeparableConv2D": ("groups", *_KERNEL),
    "Conv2DTranspose": ("groups",),
    "SpatialDropout2D": ("noise_shape", "trainable"),
    "LSTM": ("time_major", "implementation"),
    "GRU": ("time_major", "implementation"),
    "SimpleRNN": ("time_major", "implementation"),
}
"""Options of a kind of layer that never had an effect, and are errors now."""

_RENAMED = {
    ("LeakyReLU", "alpha"): "negative_slope",
    ("ReLU", "theta"): "threshold",
}
_ACTIVATIONS = ("activation", "recurrent_activation")


@keras.saving.register_keras_serializable(package="digits_widget")
def hard_sigmoid_of_keras_2(x: Any) -> Any:  # noqa: ANN401 - Keras ships no types
    """Return a line through (0, 0.5) cut at 0 and 1; Keras 3's has another slope."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


_HARD_SIGMOID = {
    "module": None,
    "class_name": "function",
    "config": f"digits_widget>{hard_sigmoid_of_keras_2.__name__}",
    "registered_name": "function",
}


def to_keras3(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a model, and of the models in it, for Keras 3.

    TensorFlow 2.1 named the input of a Sequential model after its first layer, such as
    ``conv2d_1_input``; so is the layer that is added here.
    """
    inner = config["config"]
    rest = dict(inner) if isinstance(inner, dict) else {"name": "sequential_1"}
    layers = [_layer(layer) for layer in layers_of(config)]
    first = layers_of(config)[0]
    shape = _shape_of(first)
    if config["class_name"] == "Sequential" and first["class_name"] != "InputLayer":
        name = layers[0]["config"].get("name")
        layers[:0] = [_input_layer(f"{name}_input", shape)] if shape else []
    for ends in ("input_layers", "output_layers"):
        # Keras 3 tells one tensor from a list of one.
        if len(rest.get(ends) or ()) == 1 and isinstance(rest[ends][0], list):
            rest[ends] = rest[ends][0]
    return {**config, "config": {**rest, "layers": layers}}


def _layer(layer: Mapping[str, Any]) -> dict[str, Any]:
    kind = layer["class_name"]
    if kind in MODELS:
        return to_keras3(layer)
    options = dict(layer["config"])
    shape = options.pop("batch_input_shape", None)
    if kind == "InputLayer" and shape:
        return {**layer, **_input_layer(str(options.get("name")), shape, options)}
    kind = _CLASSES.get(kind, kind)
    new = _options(kind, options)
    if isinstance(new.get("layer"), dict) and "class_name" in new["layer"]:
        new["layer"] = {**_layer(new["layer"]), "module": "keras.layers"}
    return {**layer, "class_name": kind, "config": new}


def _options(kind: str, old: Mapping[str, Any]) -> dict[str, Any]:
    dropped = [
        name
        for name in _SAID_FOR_NOTHING.get(kind, ())
        if not (name == "groups" and old.get(name) not in (None, 1))
    ]
    new = {
        _RENAMED.get((kind, name), name): value
        for name, value in old.items()
        if name not in dropped
    }
    if "dtype" in new:
        new["dtype"] = _dtype(new["dtype"])
    if kind == "GRU":
        # Before Keras 2.1 there was no other kind.
        new.setdefault("reset_after", False)
    for name in _ACTIVATIONS:
        if new.get(name) == "hard_sigmoid":
            new[name] = _HARD_SIGMOID
    return new


def _dtype(told: object) -> object:
    """Return a type or policy by its name."""
    inner = told.get("config") if isinstance(told, dict) else None
    return inner.get("name") if isinstance(inner, dict) else told


def _shape_of(layer: Mapping[str, Any]) -> list[int | None] | None:
    """Return the input shape that the first layer of a Sequential model tells."""
    if layer["class_name"] in MODELS:
        return _shape_of(layers_of(layer)[0])
    shape: list[int | None] | None = layer["config"].get("batch_input_shape")
    return shape


def _input_layer(
    name: str, shape: list[int | None], options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    dtype = _dtype((options or {}).get("dtype")) or "float32"
    config = {"name": name, "batch_shape": shape, "dtype": dtype}
    return {"class_name": "InputLayer", "config": config}
