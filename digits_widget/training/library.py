"""The classes of the installed Keras: Keras 3 for its files, tf_keras for older ones.

tf_keras is Keras 2, maintained beside Keras 3. The libraries themselves list their
layers, initialisers, activations and operations. This module lists only the few that
run code or read files.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import keras
import tensorflow as tf

from digits_widget.training.framing import Framing
from digits_widget.training.quiet import import_tf_keras

KERAS2 = "Keras 2"
KERAS3 = "Keras 3"
"""Titles of the two libraries."""

UNSAFE = {
    "Lambda": "it holds Python code, which is not run here",
    "TFSMLayer": "it runs another SavedModel",
    "TorchModuleWrapper": "it unpickles a PyTorch module",
    "JaxLayer": "it holds Python code",
    "FlaxLayer": "it holds Python code",
    "TextVectorization": "it reads text, with words from a file",
    "StringLookup": "it reads text, with words from a file",
    "IntegerLookup": "it may read its table from a file",
    "DenseFeatures": "it reads tables, with words from a file",
    "SequenceFeatures": "it reads tables, with words from a file",
    "ResidualWrapper": "it may hold Python code",
    "DropoutWrapper": "it may hold Python code",
    "ClassMethod": "it calls any method of TensorFlow",
    "InstanceMethod": "it calls any method of a tensor",
    "InstanceProperty": "it reads any attribute of a tensor",
}
"""Classes of Keras that are refused, and why."""

_ARITHMETIC = frozenset(
    """
    math_ops array_ops array_ops_stack nn_ops nn_impl clip_ops special_math_ops
    image_ops_impl linalg_ops linalg.linalg_impl bitwise_ops sort_ops manip_ops
    spectral_ops signal.fft_ops signal.dct_ops tensor_getitem_override embedding_ops
    numpy_ops.np_array_ops numpy_ops.np_math_ops
    """.split()  # noqa: SIM905 - a word a line would hide what is there
)
"""Modules of ``tensorflow.python.ops`` whose functions only compute on tensors."""

_TENSORS = frozenset({"x", "tensor", "tensors", "a", "condition"})
"""First parameter of the functions of Keras's backend that take a tensor."""


@dataclass(frozen=True)
class Library:
    """One of the two libraries, and the names that files may use."""

    title: str
    """Name for messages."""

    model: type
    """The class of all its models."""

    find: Callable[[Mapping[str, Any], str], type | None]
    """Takes a description with ``class_name`` and its key, and returns the class of the
    library, or None."""

    activations: Mapping[str, Any]
    """Functions and layers that an activation may name."""

    names: Mapping[str, Collection[str]]
    """Initialisers, regularisers and constraints that a word alone may name."""

    build: Callable[[Mapping[str, Any]], Any]
    """Builds the model, without weights, from a checked description."""


def keras3() -> Library:
    """Return Keras 3."""
    return Library(
        KERAS3,
        keras.Model,
        _find3,
        _public(keras.activations),
        {part: _public(getattr(keras, f"{part}s")) for part in _PARTS},
        _build3,
    )


def keras2() -> Library:
    """Return tf_keras, which reads files of Keras 2 and of tf.keras before 2.16.

    Raises
    ------
    MissingExtraError
        tf_keras is not installed.
    """
    old = import_tf_keras()
    tables = _tables2(old)
    own = {**_public(old.activations), **tables["layers"]}
    # Files keep a TensorFlow function that is an activation only by its name.
    lent = {
        name: getattr(tf.nn, name)
        for name in keras.activations.__dict__
        if name not in own and name.isidentifier() and callable(getattr(tf.nn, name, 0))
    }

    def build(config: Mapping[str, Any]) -> Any:  # noqa: ANN401 - Keras ships no types
        given = deepcopy(dict(config))
        if "module" in config:
            return old.saving.deserialize_keras_object(
                given, custom_objects=lent, safe_mode=True
            )
        return old.models.model_from_json(json.dumps(given), custom_objects=lent)

    return Library(
        KERAS2,
        old.Model,
        lambda item, key: _find2(tables, item, key),
        {**own, **lent},
        {part: tables[part] for part in _PARTS},
        build,
    )


def is_model(value: object) -> bool:
    """Return whether this is a model of either library."""
    old = sys.modules.get("tf_keras")
    return isinstance(value, keras.Model if old is None else (keras.Model, old.Model))


def is_arithmetic(name: str) -> bool:
    """Return whether TensorFlow's function of this name only computes on tensors."""
    from tensorflow.python.util.tf_export import (  # noqa: PLC0415 - as tf_keras does
        get_symbol_from_name,
    )

    found = get_symbol_from_name(name)
    if not callable(found) or isinstance(found, type):
        return False
    place = str(getattr(found, "__module__", ""))
    if place.startswith("tf_keras.src.activations"):
        return True
    if place.startswith("tf_keras.src.backend"):
        return next(iter(inspect.signature(found).parameters), "") in _TENSORS
    short = place.removeprefix("tensorflow.python.ops.").removeprefix("gen_")
    return short in _ARITHMETIC


def is_lent(module: object) -> bool:
    """Return whether an activation of this module may be looked up by its name."""
    return module is None or f"{module}.".startswith(
        ("builtins.", "keras.", "tf_keras.", "tensorflow.python.ops.")
    )


def is_arithmetic_op(op: str) -> bool:
    """Return whether TensorFlow's operation of this name only computes on tensors."""
    return is_arithmetic(f"raw_ops.{op}") and op != "ImmutableConst"


def _public(module: ModuleType) -> dict[str, Any]:
    hidden = {"get", "serialize", "deserialize"}
    return {
        name: value
        for name, value in vars(module).items()
        if name not in hidden and name[0] != "_" and callable(value)
    }


_PARTS = ("initializer", "regularizer", "constraint")
_SPACES = {
    "initializer": ("keras.initializers",),
    "regularizer": ("keras.regularizers",),
    "constraint": ("keras.constraints",),
    "dtype": ("keras", "keras.dtype_policies"),
}
_LAYERS = ("keras.layers", "keras", "keras.src.models.functional")


def _find3(item: Mapping[str, Any], key: str) -> type | None:
    name, module = str(item["class_name"]), item.get("module")
    if name == "Framing" and item.get("registered_name") == "digits_widget>Framing":
        return Framing
    if module:
        found = _named3(str(module), name)
        return found or (_named3("keras.layers", name) if _is_moved(module) else None)
    spaces = _SPACES.get(key.rpartition("_")[2], _LAYERS)
    config = item.get("config")
    found = next((x for space in spaces if (x := _named3(space, name))), None)
    # Arithmetic on tensors has a name and no more; layers of the same name have.
    if found is None or (isinstance(config, dict) and "trainable" not in config):
        return _operation3(name) or found or _renamed3(name)
    return found


def _renamed3(name: str) -> type | None:
    """Return a layer that is public under another name than its own."""
    found = [x for x in vars(keras.layers).values() if _is_part3(x)]
    return next((x for x in found if x.__name__ == name), None)


def _is_moved(module: object) -> bool:
    """Return whether a module is one that an older Keras 3 had its layers in."""
    return str(module).startswith("keras.src.layers.") and module not in sys.modules


def _named3(module: str, name: str) -> type | None:
    # Search only imported modules, because an import runs code.
    if module != "keras" and not module.startswith("keras."):
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if _is_part3(found) else None


def _is_part3(found: object) -> bool:
    kinds = (
        keras.Operation,
        keras.Initializer,
        keras.Regularizer,
        keras.constraints.Constraint,
        keras.DTypePolicy,
    )
    return (
        isinstance(found, type)
        and issubclass(found, kinds)
        and found.__module__.startswith("keras.src.")
    )


def _operation3(name: str) -> type | None:
    spaces = [s for s in list(sys.modules) if s.startswith("keras.src.ops.")]
    return next((x for space in sorted(spaces) if (x := _named3(space, name))), None)


def _build3(config: Mapping[str, Any]) -> Any:  # noqa: ANN401
    given = deepcopy(dict(config))
    if "module" in config:
        return keras.saving.deserialize_keras_object(
            given, custom_objects={"Framing": Framing}, safe_mode=True
        )
    kind = keras.Sequential if given["class_name"] == "Sequential" else keras.Model
    with keras.saving.custom_object_scope({"Framing": Framing}):
        return kind.from_config(given["config"])


def _tables2(old: ModuleType) -> dict[str, dict[str, Any]]:
    """Return the tables that tf_keras itself looks names up in."""
    from tf_keras.src import (  # noqa: PLC0415 - only with old files
        constraints,
        initializers,
        regularizers,
    )
    from tf_keras.src.layers import serialization  # noqa: PLC0415

    serialization.populate_deserializable_objects()
    initializers.populate_deserializable_objects()
    return {
        "layers": _classes(serialization.LOCAL.ALL_OBJECTS),
        "initializer": _classes(initializers.LOCAL.ALL_OBJECTS),
        "regularizer": {
            **_classes(vars(regularizers)),
            "l1_l2": old.regularizers.l1_l2,
        },
        "constraint": _classes(vars(constraints)),
        "dtype": _classes(vars(old.mixed_precision)),
    }


def _classes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found for name, found in table.items() if isinstance(found, type)}


_MODULES2 = ("keras.", "tf_keras.", "tensorflow.keras.", "tensorflow.python.keras.")


def _find2(
    tables: Mapping[str, Mapping[str, Any]], item: Mapping[str, Any], key: str
) -> type | None:
    if not f"{item.get('module') or 'keras'}.".startswith(_MODULES2):
        return None
    space = key.rpartition("_")[2]
    for table in (tables.get(space, {}), tables["layers"], *tables.values()):
        found: type | None = table.get(str(item["class_name"]))
        if isinstance(found, type):
            return found
    return None
