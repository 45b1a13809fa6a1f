"""Says in Keras 3's words what Keras 1 and Keras 2 said about a model.

The layers are the same, their options were renamed in 2017, and since Keras 3 the shape
of the input is told by a layer of its own. Theano's order of axes is
refused: its kernels are mirrored too, and no converter that guesses is to be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digits_widget.errors import ExportError

_RENAMED = {
    "output_dim": "units",
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "bias": "use_bias",
    "p": "rate",
    "pool_length": "pool_size",
    "stride": "strides",
    "sigma": "stddev",
}
_CLASSES = {"Convolution1D": "Conv1D", "Convolution2D": "Conv2D"}

# What only training needs, or what another option says already.
_DROPPED = frozenset(
    """
    init inner_init W_regularizer b_regularizer U_regularizer activity_regularizer
    W_constraint b_constraint gamma_regularizer beta_regularizer input_dim input_length
    dim_ordering nb_row nb_col filter_length mode trainable weights sparse input_dtype
    W_learning_rate_multiplier b_learning_rate_multiplier cache_enabled custom_layers
    """.split()  # noqa: SIM905 - a word a line would hide what is there
)


def is_keras1(config: Mapping[str, Any]) -> bool:
    """Return whether any layer has an option that only Keras 1 knew."""
    options: set[str] = set()
    for layer in layers_of(config):
        options |= set(layer.get("config") or ())
    old = {"nb_filter", "output_dim", "border_mode", "dim_ordering", "p", "init"}
    return bool(options & old)


def layers_of(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the layers' descriptions: a list before Keras 2.3, in an object since."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    if not isinstance(layers, list) or not all(isinstance(x, dict) for x in layers):
        msg = "Got a model whose description has no list of layers: it is damaged."
        raise ExportError(msg)
    return layers


def with_input_layer(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description with every input told by an ``InputLayer``.

    TensorFlow 2.1 named the input of a Sequential model after its first layer, such as
    ``conv2d_1_input``; so is the layer that is added here.
    """
    layers = [_without_shape(layer) for layer in layers_of(config)]
    first = layers_of(config)[0]
    shape = (first.get("config") or {}).get("batch_input_shape")
    told = first["class_name"] == "InputLayer" or config["class_name"] != "Sequential"
    if shape and not told:
        layers.insert(0, _input_layer(f"{first['config'].get('name')}_input", shape))
    inner = config["config"]
    name = inner.get("name") if isinstance(inner, dict) else None
    rest = inner if isinstance(inner, dict) else {"name": name or "sequential_1"}
    return {**config, "config": {**rest, "layers": layers}}


def _without_shape(layer: dict[str, Any]) -> dict[str, Any]:
    options = dict(layer.get("config") or {})
    shape = options.pop("batch_input_shape", None)
    if layer["class_name"] == "InputLayer" and shape:
        plain = _input_layer(str(options.get("name")), shape, options.get("dtype"))
        return {**layer, **plain}
    return {**layer, "config": options}


def _input_layer(
    name: str, shape: list[int | None], dtype: str | None = None
) -> dict[str, Any]:
    config = {"name": name, "batch_shape": shape, "dtype": dtype or "float32"}
    return {"class_name": "InputLayer", "config": config}


def to_keras2(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description with every option under its Keras 2 name.

    Raises
    ------
    ExportError
        A layer uses Theano's order of axes, or a mode that Keras 2 dropped.
    """
    layers = [_layer(layer) for layer in layers_of(config)]
    inner = config["config"]
    if isinstance(inner, dict):
        return {**config, "config": {**inner, "layers": layers}}
    return {**config, "config": {"name": "sequential_1", "layers": layers}}


def _layer(layer: Mapping[str, Any]) -> dict[str, Any]:
    old = layer.get("config") or {}
    _refuse(old)
    new = {_RENAMED.get(k, k): v for k, v in old.items() if k not in _DROPPED}
    if "nb_row" in old:
        new["kernel_size"] = [old["nb_row"], old["nb_col"]]
    if "filter_length" in old:
        new["kernel_size"] = [old["filter_length"]]
    kind = _CLASSES.get(str(layer["class_name"]), layer["class_name"])
    return {**layer, "class_name": kind, "config": new}


def _refuse(old: Mapping[str, Any]) -> None:
    name = old.get("name", "a layer")
    if old.get("dim_ordering") == "th":
        msg = (
            f"Got {name} in Theano's order of axes (dim_ordering 'th'), expected 'tf'. "
            "Convert the model in Keras 1 or 2 first."
        )
        raise ExportError(msg)
    if old.get("mode") not in (None, 0):
        msg = f"Got {name} in mode {old['mode']}, expected 0: the others are gone."
        raise ExportError(msg)
