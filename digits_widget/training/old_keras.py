"""Says in Keras 2's words what Keras 1 said about a model.

The layers are the same, their options were renamed in 2017. Theano's order of axes is
refused: its kernels are mirrored too, and no converter that guesses is to be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digits_widget.errors import ExportError

MODELS = frozenset({"Sequential", "Functional", "Model"})
"""Classes that hold layers; a layer of a model can be a model."""

_RENAMED = {
    "output_dim": "units",
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "p": "rate",
    "pool_length": "pool_size",
    "stride": "strides",
    "sigma": "stddev",
    "inner_activation": "recurrent_activation",
}
_CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "AtrousConvolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
}

# What only training needs, or what another option says already.
_DROPPED = frozenset(
    """
    init inner_init W_regularizer b_regularizer U_regularizer activity_regularizer
    W_constraint b_constraint gamma_regularizer beta_regularizer input_dim input_length
    depthwise_regularizer pointwise_regularizer depthwise_constraint
    pointwise_constraint forget_bias_init dropout_W dropout_U consume_less
    dim_ordering nb_row nb_col filter_length mode trainable weights sparse input_dtype
    W_learning_rate_multiplier b_learning_rate_multiplier cache_enabled custom_layers
    """.split()  # noqa: SIM905 - a word a line would hide what is there
)
_ONLY_KERAS1 = frozenset(
    {"nb_filter", "output_dim", "border_mode", "dim_ordering", "p", "init"}
)


def is_keras1(config: Mapping[str, Any]) -> bool:
    """Return whether any layer has an option that only Keras 1 knew."""
    return any(
        is_keras1(layer)
        if layer["class_name"] in MODELS
        else bool(_ONLY_KERAS1 & set(layer["config"]))
        for layer in layers_of(config)
    )


def layers_of(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the layers' descriptions: a list before Keras 2.3, in an object since.

    Raises
    ------
    ExportError
        There are none, or something that is no layer.
    """
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    if not isinstance(layers, list) or not layers or not all(map(_is_layer, layers)):
        msg = (
            "Got a model whose description has no list of layers: it is damaged. "
            "Save it again with model.save(...)."
        )
        raise ExportError(msg)
    return layers


def _is_layer(item: object) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("class_name"), str):
        return False
    kinds = (dict, list) if item["class_name"] in MODELS else dict
    return isinstance(item.get("config"), kinds)


def to_keras2(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description with every option under its Keras 2 name.

    Raises
    ------
    ExportError
        A layer uses Theano's order of axes, or a mode that Keras 2 dropped.
    """
    layers = [_layer(layer) for layer in layers_of(config)]
    inner = config["config"]
    rest = inner if isinstance(inner, dict) else {"name": "sequential_1"}
    return {**config, "config": {**rest, "layers": layers}}


def _layer(layer: Mapping[str, Any]) -> dict[str, Any]:
    if layer["class_name"] in MODELS:
        return to_keras2(layer)
    old = layer["config"]
    _refuse(old)
    new = {_RENAMED.get(k, k): v for k, v in old.items() if k not in _DROPPED}
    if "nb_row" in old:
        new["kernel_size"] = [old["nb_row"], old["nb_col"]]
    if "filter_length" in old:
        new["kernel_size"] = [old["filter_length"]]
    if isinstance(old.get("layer"), dict) and _is_layer(old["layer"]):
        new["layer"] = _layer(old["layer"])
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
