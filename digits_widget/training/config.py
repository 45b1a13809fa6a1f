"""Checks a Keras model's description before Keras sees it.

A Keras file describes its layers in JSON, and loading it calls whatever the description
names: a layer with pickled Python code, or any function of any module. So this module
first looks up every object, by class and module, in the installed Keras, and refuses
objects that Keras does not have or that contain code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from digits_widget.errors import ExportError
from digits_widget.training.error_text import shown
from digits_widget.training.library import (
    KERAS2,
    KERAS3,
    UNSAFE,
    Library,
    is_arithmetic,
    is_arithmetic_op,
    is_lent,
)

MODELS = frozenset({"Sequential", "Functional", "Model"})
"""Classes that contain layers; a layer can itself be a model."""

_VALUES = frozenset(
    {
        "__keras_tensor__",
        "__tensor__",
        "__numpy__",
        "__tuple__",
        "__bytes__",
        "__ellipsis__",
        "__slice__",
        "TensorShape",
    }
)
"""Wrappers in files around values that JSON cannot express."""

_PARTS = ("initializer", "regularizer", "constraint")
_CUDNN: dict[str, tuple[str, dict[str, Any]]] = {
    "CuDNNLSTM": ("LSTM", {"recurrent_activation": "sigmoid"}),
    "CuDNNGRU": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": True}),
}
"""Layers for GPUs only, and their equivalents for any processor."""

_DEEPEST = 40
_LARGEST = 1 << 16
"""Most filters or units; more would fill the memory."""

TRUSTED = (
    "If you trust it: build the same network in Python, with the code that it was "
    "made by, call model.load_weights(...) on the file, and export that model with "
    "digits_widget.training.export.export_model."
)
"""Advice for a file with code in it."""


def parse_config(text: str | bytes, name: str) -> dict[str, Any]:
    """Read a description.

    Parameters
    ----------
    text : str or bytes
        JSON, as Keras writes it.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ExportError
        The text is not JSON, is nested too deeply, or does not describe a model.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as exc:
        msg = f"Got {name}, whose description of the model is damaged: {exc}."
        raise ExportError(msg) from exc
    config: dict[str, Any] = found if isinstance(found, dict) else {}
    kind = config.get("class_name")
    if isinstance(kind, str) and kind in MODELS:
        _check_layers(config)
        return config
    if kind:
        msg = (
            f"Got {name}, which holds a model of the class {shown(kind)}: its layers "
            "are connected by Python code, which is not in the file, or it is a "
            f"single layer. {TRUSTED}"
        )
    else:
        msg = f"Got {name}, which describes no model. Save one with model.save(...)."
    raise ExportError(msg)


def checked_config(
    config: Mapping[str, Any], name: str, library: Library
) -> dict[str, Any]:
    """Check a description, and return it in the terms of `library`.

    Parameters
    ----------
    config : mapping
        The result of `parse_config`.
    name : str
        Name of the file, for messages.
    library : Library
        The library that will build the model. It has every class in the result.

    Raises
    ------
    ExportError
        The library does not have a class, function or activation, or one of them runs
        code or reads files.
    """
    check = _Check(name, library, is_stateful='"stateful": true' in json.dumps(config))
    result: dict[str, Any] = check.value(config, "model", 0)
    return result


def _check_layers(config: Mapping[str, Any]) -> None:
    """Refuse a model, or a nested model, without a list of layers."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    if not isinstance(layers, list) or not layers or not all(map(_is_layer, layers)):
        msg = (
            "Got a model whose description has no list of layers: it is damaged. "
            "Save it again with model.save(...)."
        )
        raise ExportError(msg)


def _is_layer(item: object) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("class_name"), str):
        return False
    kinds = (dict, list) if item["class_name"] in MODELS else dict
    return isinstance(item.get("config"), kinds)


class _Check:
    """Walks through one description, from the outside in."""

    def __init__(self, name: str, library: Library, *, is_stateful: bool) -> None:
        self._name = name
        self._library = library
        self._is_stateful = is_stateful

    def value(self, value: Any, key: str, depth: int) -> Any:  # noqa: ANN401 - JSON
        """Return the replacement of the value under `key`."""
        if depth > _DEEPEST:
            msg = f"Got {self._name}, whose description is nested too deeply."
            raise ExportError(msg)
        if isinstance(value, list):
            return [self.value(each, "", depth + 1) for each in value]
        if isinstance(value, str):
            return self._text(value, key)
        if not isinstance(value, dict):
            self._check_size(value, key)
            return value
        if set(value) == {"type", "value"} and value["type"] == "ndarray":
            # Keras before 2.0.6 wrote NumPy numbers like this.
            return value["value"]
        if "class_name" in value:
            return self._object(value, key, depth)
        return self._pairs(value, depth)

    def _pairs(self, item: Mapping[str, Any], depth: int) -> dict[str, Any]:
        # Skip the settings for training: the model is only served.
        return {
            key: self.value(value, key, depth + 1)
            for key, value in item.items()
            if key != "compile_config"
        }

    def _object(
        self, item: Mapping[str, Any], key: str, depth: int
    ) -> dict[str, Any] | str:
        kind = item["class_name"]
        if kind == "function":
            return self._function(item, key)
        if not isinstance(kind, str) or kind in UNSAFE or kind == "__lambda__":
            raise self._unsafe(item)
        if kind in _VALUES:
            return self._pairs(item, depth)
        item = self._today(item)
        found = self._library.find(item, key)
        if found is None or found.__name__ in UNSAFE:
            raise self._unknown(item)
        if item["class_name"] in MODELS:
            _check_layers(item)
        self._check_called(item)
        result: dict[str, Any] = self._pairs(item, depth)
        # HDF5 files of Keras 2 have no modules; tf_keras finds them by context.
        if item.get("module") or self._library.title == KERAS3:
            # Name the class so that the library finds exactly this one.
            result["module"] = found.__module__
            result["class_name"] = found.__name__
            if found.__name__ != "Framing":
                result["registered_name"] = None
        return result

    def _today(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a layer with the implicit defaults of its old version written out."""
        kind, config = item["class_name"], item.get("config")
        if not isinstance(config, dict):
            return item
        config = dict(config)
        if kind in _CUDNN:
            kind, meant = _CUDNN[str(kind)]
            config.update(meant)
        if kind == "GRU" and self._library.title == KERAS2:
            # Keras before 2.1 had no other kind.
            config.setdefault("reset_after", False)
        if self._is_stateful:
            self._forget_state(config)
        return {**item, "class_name": kind, "config": config}

    def _forget_state(self, config: dict[str, Any]) -> None:
        """Make the layer stateless, for batches of any size.

        An answer must not depend on earlier requests. Only a stateful layer needs a
        fixed batch size.
        """
        if config.get("stateful") is True:
            config["stateful"] = False
        for key in ("batch_input_shape", "batch_shape"):
            if isinstance(shape := config.get(key), list):
                config[key] = [None, *shape[1:]]

    def _function(self, item: Mapping[str, Any], key: str) -> str:
        called, module = item.get("config"), item.get("module")
        if not (isinstance(called, str) and is_lent(module)):
            raise self._unknown({**item, "class_name": called or "function"})
        return self._text(str(called), key if "activation" in key else "activation")

    def _text(self, value: str, key: str) -> str:
        if key.endswith("activation"):
            value = value.removesuffix("_v2")
            if value not in self._library.activations:
                msg = (
                    f"Got {self._name}, which uses the activation {shown(value)}, "
                    f"which {self._library.title} does not have. {TRUSTED}"
                )
                raise ExportError(msg)
        elif key.endswith(tuple(f"_{part}" for part in _PARTS)):
            part = key.rpartition("_")[2]
            if value not in self._library.names[part]:
                msg = (
                    f"Got {self._name}, which uses the {part} {shown(value)}, "
                    f"which {self._library.title} does not have. {TRUSTED}"
                )
                raise ExportError(msg)
        return value

    def _check_size(self, value: Any, key: str) -> None:  # noqa: ANN401
        counts = key in {"units", "filters", "n"} and isinstance(value, int | float)
        if counts and value > _LARGEST:
            number = f"{value:,}"
            msg = (
                f"Got {self._name} with {key} = {number[:40]}, expected at most "
                f"{_LARGEST:,}."
            )
            raise ExportError(msg)

    def _check_called(self, item: Mapping[str, Any]) -> None:
        """Refuse an operation of TensorFlow that does more than compute."""
        kind, config = item["class_name"], item.get("config")
        config = config if isinstance(config, dict) else {}
        if kind in {"TFOpLambda", "SlicingOpLambda"}:
            called = str(config.get("function"))
            well = is_arithmetic(called)
        elif kind == "TensorFlowOpLayer":
            called = _op_of(config.get("node_def"))
            well = is_arithmetic_op(called)
        else:
            return
        if not well:
            msg = (
                f"Got {self._name}, which calls TensorFlow's {shown(called)}: more "
                f"than arithmetic on tensors. {TRUSTED}"
            )
            raise ExportError(msg)

    def _unsafe(self, item: Mapping[str, Any]) -> ExportError:
        kind = item["class_name"]
        if kind == "__lambda__":
            kind = "Lambda"
        why = UNSAFE.get(str(kind), "it is not a class")
        msg = f"Got {self._name} with a {shown(kind)[1:-1]} layer: {why}. {TRUSTED}"
        return ExportError(msg)

    def _unknown(self, item: Mapping[str, Any]) -> ExportError:
        module = item.get("module")
        whose = f" of {shown(module)[1:-1]}" if module else ""
        msg = (
            f"Got {self._name} with {shown(item['class_name'])}{whose}, which "
            f"{self._library.title} does not have. Nothing of the file was run. "
            f"{TRUSTED}"
        )
        return ExportError(msg)


def _op_of(node: object) -> str:
    """Return the operation of a node, which is JSON or a text of JSON."""
    try:
        told = json.loads(node) if isinstance(node, str) else node
    except ValueError:
        return ""
    return str(told.get("op")) if isinstance(told, dict) else ""
