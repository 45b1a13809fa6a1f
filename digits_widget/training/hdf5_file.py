"""Reads a whole model from HDF5, as Keras 1, 2 and 3 wrote it.

The description is checked and built here, the weights are read as plain arrays: Keras
itself never opens the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import ExportError
from digits_widget.training.config import parse_config
from digits_widget.training.old_keras import is_keras1, to_keras2, with_input_layer

LARGEST = 1 << 30
"""Bytes of weights that are read at most; a compressed file can claim any number."""


def read_hdf5(path: Path) -> tuple[keras.Model, str]:
    """Build the model that an HDF5 file holds.

    Parameters
    ----------
    path : Path
        Written by ``model.save("….h5")``.

    Returns
    -------
    model : keras.Model
        With its weights.
    input_name : str
        What TensorFlow 2.1 called the model's input when it was exported.

    Raises
    ------
    ExportError
        Not HDF5, cut short, weights without a model, or something that is not read for
        safety's sake. The message says which.
    """
    try:
        with h5py.File(path, "r") as file:
            check_hdf5(file, path.name)
            config = parse_config(_description(file, path.name), path.name)
            if is_keras1(config):
                config = to_keras2(config)
            model = _build(with_input_layer(config), path.name)
            _fill(model, file, path.name)
    except (OSError, KeyError, RuntimeError) as exc:
        msg = f"Got {path}, which is not a whole HDF5 file ({exc}). Save it again."
        raise ExportError(msg) from exc
    return model, str(model.inputs[0].name)


def check_hdf5(file: h5py.File, name: str) -> None:
    """Refuse links out of the file, and more data than any model here has."""
    total = 0
    for item in _datasets(file, name):
        total += item.size * item.dtype.itemsize
        if item.is_virtual or item.external:
            msg = f"Got {name}, whose {item.name} lies in another file: not followed."
            raise ExportError(msg)
    if total > LARGEST:
        msg = (
            f"Got {name} with {total:,} bytes of weights, expected at most "
            f"{LARGEST:,}. It may be made to fill the memory."
        )
        raise ExportError(msg)


def _datasets(group: h5py.Group, name: str, depth: int = 0) -> Iterator[h5py.Dataset]:
    for key in group:
        link = group.get(key, getlink=True)
        if not isinstance(link, h5py.HardLink) or depth > 20:
            msg = f"Got {name} with a link, {key!r}, out of its place: not followed."
            raise ExportError(msg)
        item = group[key]
        if isinstance(item, h5py.Group):
            yield from _datasets(item, name, depth + 1)
        elif isinstance(item, h5py.Dataset):
            yield item


def _description(file: h5py.File, name: str) -> str | bytes:
    if "model_config" in file.attrs:
        text: str | bytes = file.attrs["model_config"]
        return text
    if "layer_names" in file.attrs or "layers" in file or "_layer" in str(list(file)):
        msg = (
            f"Got {name}, which holds weights only: how the layers are connected "
            "(model_config) is missing. Build the same model in Python, call "
            "model.load_weights(...) and save all of it with model.save(...)."
        )
        raise ExportError(msg)
    msg = f"Got {name}, an HDF5 file without a Keras model in it."
    raise ExportError(msg)


def _build(config: dict[str, Any], name: str) -> keras.Model:
    maker = keras.Sequential if config["class_name"] == "Sequential" else keras.Model
    try:
        model = maker.from_config(config["config"])
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as exc:
        msg = f"Got {name}, whose layers do not fit together: {exc}"
        raise ExportError(msg) from exc
    if not model.built:
        msg = f"Got {name}, which does not say the shape of its input."
        raise ExportError(msg)
    return model


def _fill(model: keras.Model, file: h5py.File, name: str) -> None:
    weights = file.get("model_weights", file)
    for layer in _text(weights.attrs.get("layer_names", ())):
        group = weights[layer]
        arrays: list[NDArray[Any]] = [
            np.asarray(group[key]) for key in _text(group.attrs.get("weight_names", ()))
        ]
        if not arrays:
            continue
        try:
            model.get_layer(layer).set_weights(arrays)
        except ValueError as exc:
            shapes = ", ".join(str(array.shape) for array in arrays)
            msg = f"Got {name}, whose weights of {layer} ({shapes}) do not fit: {exc}"
            raise ExportError(msg) from exc
    held = set(_text(weights.attrs.get("layer_names", ())))
    for layer in model.layers:
        if layer.weights and layer.name not in held:
            msg = f"Got {name}, which has no weights for the layer {layer.name}."
            raise ExportError(msg)


def _text(names: Any) -> list[str]:  # noqa: ANN401 - HDF5 strings come in many types
    return [n.decode() if isinstance(n, bytes) else str(n) for n in names]
