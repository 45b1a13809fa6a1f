"""Reads a whole model from HDF5, as Keras 1, 2 and 3 wrote it.

The description is checked and built here, the weights are read as plain arrays: Keras
itself never opens the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import h5py
import keras

from digits_widget.errors import ExportError
from digits_widget.training.config import parse_config
from digits_widget.training.footprint import LARGEST, check_footprint
from digits_widget.training.keras2 import to_keras3
from digits_widget.training.old_keras import is_keras1, to_keras2
from digits_widget.training.reason import REFUSED, reason
from digits_widget.training.weights import fill

_MOST = 20_000
"""Groups and arrays in a file, each way to one counted."""

_DEEPEST = 20
"""Groups in each other."""


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
            model = _build(_modern(config, file), path.name)
            _check_backend(file, model, path.name)
            fill(model, file, path.name)
    except (OSError, KeyError, RuntimeError, ValueError) as exc:
        why = reason(exc)
        msg = f"Got {path}, which is not a whole HDF5 file ({why}). Save it again."
        raise ExportError(msg) from exc
    return model, str(model.inputs[0].name)


def _modern(config: dict[str, Any], file: h5py.File) -> dict[str, Any]:
    """Return the description in the words of Keras 3."""
    if _text(file.attrs.get("keras_version", b"")).startswith("3."):
        return config
    return to_keras3(to_keras2(config) if is_keras1(config) else config)


def check_hdf5(file: h5py.File, name: str) -> None:
    """Refuse links out of the file, and more data than any model here has."""
    total = 0
    for count, item in enumerate(_items(file, name)):
        if count > _MOST:
            msg = f"Got {name} with more than {_MOST:,} parts: no model has so many."
            raise ExportError(msg)
        if not isinstance(item, h5py.Dataset):
            continue
        total += (item.size or 0) * item.dtype.itemsize
        if item.is_virtual or item.external:
            msg = f"Got {name}, whose {item.name} lies in another file: not followed."
            raise ExportError(msg)
    if total > LARGEST:
        msg = (
            f"Got {name} with {total:,} bytes of weights, expected at most "
            f"{LARGEST:,}. It may be made to fill the memory."
        )
        raise ExportError(msg)


def _items(
    group: h5py.Group, name: str, depth: int = 0
) -> Iterator[h5py.Group | h5py.Dataset]:
    for key in group:
        link = group.get(key, getlink=True)
        if not isinstance(link, h5py.HardLink) or depth > _DEEPEST:
            msg = f"Got {name} with a link, {key!r}, out of its place: not followed."
            raise ExportError(msg)
        item = group[key]
        # Groups count too: a few that hold each other give millions of ways.
        yield item
        if isinstance(item, h5py.Group):
            yield from _items(item, name, depth + 1)


def _description(file: h5py.File, name: str) -> str | bytes:
    if "model_config" in file.attrs:
        text = file.attrs["model_config"]
        if isinstance(text, str | bytes):
            return text
        msg = f"Got {name}, whose model_config is no text: it is damaged."
        raise ExportError(msg)
    told = {"layer_names", "nb_layers"} & set(file.attrs)
    if told or "layers" in file or "_layer" in str(list(file)):
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

    def build() -> keras.Model:
        # Keras takes what it reads out of the description.
        return maker.from_config(deepcopy(config["config"]))

    try:
        check_footprint(build, name)
        model = build()
    except REFUSED as exc:
        msg = f"Got {name}, whose layers do not fit together: {reason(exc)}"
        raise ExportError(msg) from exc
    if not model.built:
        msg = f"Got {name}, which does not say the shape of its input."
        raise ExportError(msg)
    return model


def _check_backend(file: h5py.File, model: keras.Model, name: str) -> None:
    """Refuse kernels that another library wrote mirrored."""
    backend = _text(file.attrs.get("backend", b""))
    if backend == "theano" and any("Conv" in type(x).__name__ for x in model.layers):
        msg = (
            f"Got {name} with convolutions that Theano computed, which mirrors every "
            "kernel, expected those of TensorFlow. Convert it in Keras 1 or 2 first."
        )
        raise ExportError(msg)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
