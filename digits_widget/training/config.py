"""Checks a Keras model's description before Keras sees it.

A Keras file describes its layers in JSON, and loading it calls what the description
names: a layer that holds pickled Python code, or any function of any module. So only
descriptions that are made of known layers go on; nothing else is ever looked up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from digits_widget.errors import ExportError
from digits_widget.training.old_keras import MODELS

LAYERS = frozenset(
    """
    InputLayer Dense Activation Dropout Flatten Reshape Permute RepeatVector Masking
    Conv1D Conv2D Conv3D Convolution1D Convolution2D Conv2DTranspose SeparableConv2D
    DepthwiseConv2D MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D
    GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D GlobalAveragePooling2D
    ZeroPadding1D ZeroPadding2D Cropping2D UpSampling2D BatchNormalization
    BatchNormalizationV1 BatchNormalizationV2 AtrousConvolution2D
    SeparableConvolution2D ThresholdedReLU ActivityRegularization Resizing
    TimeDistributed Bidirectional Dot RandomFlip RandomRotation RandomTranslation
    RandomZoom RandomContrast
    LayerNormalization GroupNormalization LeakyReLU ELU PReLU ReLU Softmax
    GaussianNoise GaussianDropout AlphaDropout SpatialDropout2D Rescaling
    Add Subtract Multiply Average Maximum Minimum Concatenate LSTM GRU SimpleRNN
    Sequential Functional Model
    """.split()  # noqa: SIM905 - a word a line would hide what is there
)
"""Layers of Keras that hold numbers and no code."""

_PARTS = frozenset(
    """
    Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling
    Orthogonal Identity LecunUniform LecunNormal GlorotUniform GlorotNormal HeUniform
    HeNormal L1 L2 L1L2 MaxNorm NonNeg UnitNorm MinMaxNorm DTypePolicy Policy
    __keras_tensor__ __tuple__
    """.split()  # noqa: SIM905 - a word a line would hide what is there
)
"""Initialisers and the like, which matter only while training."""

_ACTIVATIONS = frozenset(
    """
    linear relu relu6 sigmoid hard_sigmoid tanh softmax softplus softsign elu selu gelu
    exponential swish silu mish leaky_relu log_softmax
    """.split()  # noqa: SIM905 - a word a line would hide what is there
)

_MODULES = ("keras.", "tensorflow.keras.", "tensorflow.python.keras.", "builtins.")
_OURS = {"Framing": "digits_widget>Framing"}
_DEEPEST = 40
_LARGEST = 1 << 16
"""More filters or units than any model here has: they would fill the memory."""

Config = Mapping[str, Any]


def parse_config(text: str | bytes, name: str) -> dict[str, Any]:
    """Read a description, and refuse one that names anything unknown.

    Parameters
    ----------
    text : str or bytes
        JSON, as Keras writes it.
    name : str
        Of the file, for messages.

    Raises
    ------
    ExportError
        Not JSON, not a model, or a layer that is not in the list of known ones.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as exc:
        msg = f"Got {name}, whose description of the model is damaged: {exc}."
        raise ExportError(msg) from exc
    config: dict[str, Any] = found if isinstance(found, dict) else {}
    kind = config.get("class_name")
    if not isinstance(kind, str) or kind not in MODELS:
        whose = f" but {kind!r}" if kind else ""
        msg = (
            f"Got {name}, which describes no model{whose}. Save one with "
            "model.save(...)."
        )
        raise ExportError(msg)
    # How to train it further is never looked at: the model is built to be served.
    config.pop("compile_config", None)
    for item in _objects(config, name):
        _check(item, name)
    return config


def _objects(value: object, name: str, depth: int = 0) -> Iterator[Config]:
    """Yield every JSON object, from the outside in."""
    if depth > _DEEPEST:
        msg = f"Got {name}, whose description is nested too deeply for any model."
        raise ExportError(msg)
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each, name, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each, name, depth + 1)


def _check(item: Config, name: str) -> None:
    kind = item.get("class_name")
    if kind is not None:
        _check_kind(str(kind), item, name)
    for key in ("activation", "recurrent_activation"):
        value = item.get(key)
        if isinstance(value, str) and value not in _ACTIVATIONS:
            msg = f"Got {name} with the activation {value!r}, which Keras has not."
            raise ExportError(msg)
    for key in ("units", "filters", "output_dim", "nb_filter", "n"):
        value = item.get(key)
        if isinstance(value, int) and value > _LARGEST:
            msg = f"Got {name} with {key} = {value:,}, expected at most {_LARGEST:,}."
            raise ExportError(msg)


def _check_kind(kind: str, item: Config, name: str) -> None:
    if kind == "Lambda":
        msg = (
            f"Got {name} with a Lambda layer: it holds Python code, which is not run "
            "here. Replace the layer by one of Keras's own and save again."
        )
        raise ExportError(msg)
    if not _is_known(kind, item):
        whose = f" of {item['module']}" if item.get("module") else ""
        msg = (
            f"Got {name} with {kind!r}{whose}, which is no layer of Keras that is "
            "known here. Nothing of the file was run. If you trust it, load it "
            "yourself and call digits_widget.training.export.export_model."
        )
        raise ExportError(msg)
    registered = item.get("registered_name")
    if kind in LAYERS and registered not in (None, "", kind):
        msg = f"Got {name} with {registered!r}, a class of its own, which is not here."
        raise ExportError(msg)


def _is_known(kind: str, item: Config) -> bool:
    """Return whether Keras would find this by itself, in a module of its own."""
    module = f"{item.get('module') or 'keras'}."
    if kind in _OURS and item.get("registered_name") == _OURS[kind]:
        return module.startswith((*_MODULES, "digits_widget."))
    if kind == "function":
        called = item.get("config")
        known = isinstance(called, str) and called in _ACTIVATIONS
    else:
        known = kind in LAYERS or kind in _PARTS
    return known and module.startswith(_MODULES)
