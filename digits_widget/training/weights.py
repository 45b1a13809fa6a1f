"""Puts the arrays of an HDF5 file in the layers they belong to."""

from __future__ import annotations

from typing import Any

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import ExportError

Arrays = list[NDArray[Any]]


def fill(model: keras.Model, file: h5py.File, name: str) -> None:
    """Give every layer its weights.

    Parameters
    ----------
    model : keras.Model
        Built.
    file : h5py.File
        Checked by `check_hdf5`: nothing in it leads out of it.
    name : str
        Of the file, for messages.

    Raises
    ------
    ExportError
        A layer has no weights in the file, or they do not fit, or are no numbers.
    """
    groups = file.get("model_weights", file)
    filled = set()
    for layer in _names(groups, "layer_names", name):
        arrays = _arrays(groups, layer, name)
        if arrays:
            _assign(model, layer, arrays, name)
            filled.add(layer)
    for layer in model.layers:
        if layer.weights and layer.name not in filled:
            msg = (
                f"Got {name}, which has no weights for the layer {layer.name}. Save "
                "the whole model again with model.save(...)."
            )
            raise ExportError(msg)


def _names(group: h5py.Group, key: str, name: str) -> list[str]:
    """Return a list of names that an attribute holds: of layers, or of weights."""
    found = group.attrs.get(key, ())
    try:
        return [n.decode() if isinstance(n, bytes) else str(n) for n in found]
    except (TypeError, UnicodeDecodeError) as exc:
        msg = f"Got {name}, whose {key} are damaged ({exc}). Save it again."
        raise ExportError(msg) from exc


def _arrays(groups: h5py.Group, layer: str, name: str) -> Arrays:
    group = groups.get(layer) if layer else None
    if not isinstance(group, h5py.Group):
        msg = f"Got {name}, which lists the layer {layer!r} and holds nothing of it."
        raise ExportError(msg)
    arrays = []
    for key in _names(group, "weight_names", name):
        item = group.get(key) if key else None
        if not isinstance(item, h5py.Dataset) or item.dtype.kind not in "fiu":
            msg = f"Got {name}, whose weights {key!r} of {layer} are not numbers."
            raise ExportError(msg)
        arrays.append(np.asarray(item))
        if not np.isfinite(arrays[-1]).all():
            msg = (
                f"Got {name}, whose weights {key!r} of {layer} are not all finite "
                "(NaN or infinite). Train it again: it went astray."
            )
            raise ExportError(msg)
    return arrays


def _assign(model: keras.Model, layer: str, arrays: Arrays, name: str) -> None:
    held = {each.name: each for each in model.layers}
    if layer not in held:
        msg = f"Got {name} with weights of {layer!r}, expected {', '.join(held)}."
        raise ExportError(msg)
    trained, rest = _in_old_order(held[layer])
    variables = [*trained, *rest]
    arrays = _as_now(type(held[layer]).__name__, arrays)
    wanted = [tuple(variable.shape) for variable in variables]
    got = [array.shape for array in arrays]
    if got != wanted:
        msg = (
            f"Got {name}, whose weights of {layer} {_shapes(got)} do not fit, expected "
            f"{_shapes(wanted)}. The file is damaged, or of a layer that is not known."
        )
        raise ExportError(msg)
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _in_old_order(layer: keras.Layer) -> tuple[list[Any], list[Any]]:
    """Return the weights as files list them: the trained ones of all layers first.

    Keras 3 itself goes layer by layer, which is another order where a model is a layer
    and has, say, batch normalisation in it: all of these arrays have the same shape.
    """
    inside = getattr(layer, "layers", None)
    if inside is None:
        trained = [w for w in layer.weights if w.trainable and layer.trainable]
        return trained, [w for w in layer.weights if not any(w is t for t in trained)]
    parts = [_in_old_order(each) for each in inside]
    trained = [weight for part in parts for weight in part[0]]
    rest = [weight for part in parts for weight in part[1]]
    return (trained, rest) if layer.trainable else ([], [*trained, *rest])


def _as_now(kind: str, arrays: Arrays) -> Arrays:
    """Return arrays of Keras 1 as they are kept since Keras 2, others as they are."""
    if kind == "Conv1D" and arrays[0].ndim == 4:
        return [arrays[0][:, 0], *arrays[1:]]
    # One array for each gate, in another order than they are joined in now.
    gates = {("LSTM", 12): (0, 2, 1, 3), ("GRU", 9): (0, 1, 2)}.get((kind, len(arrays)))
    if gates is None:
        return arrays
    joined = [[arrays[3 * gate + part] for gate in gates] for part in range(3)]
    return [np.concatenate(parts, axis=-1) for parts in joined]


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    return f"({', '.join(map(str, shapes))})"
