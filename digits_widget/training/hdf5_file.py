"""Reads a whole model from HDF5, as Keras 2 and 3 write it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import numpy as np

from digits_widget.errors import ExportError
from digits_widget.training.build import build_model, library_of, load_weights
from digits_widget.training.config import parse_config
from digits_widget.training.error_text import reason, shown
from digits_widget.training.footprint import LARGEST

_MOST = 20_000
"""Most groups and arrays in a file, counting every path to them."""

_DEEPEST = 20
"""Most levels of nested groups."""

_HELD_ASIDE = frozenset({"optimizer_weights"})
"""Groups that building the model does not need."""


def read_hdf5(path: Path) -> Any:  # noqa: ANN401 - a model of either library
    """Read a model with its weights from an HDF5 file.

    Parameters
    ----------
    path : Path
        Written by ``model.save("….h5")``.

    Raises
    ------
    ExportError
        The file is not HDF5, truncated, has weights without a model, or is unsafe. The
        message says which.
    """
    try:
        with h5py.File(path, "r") as file:
            check_hdf5(file, path.name)
            config = parse_config(_description(file, path.name), path.name)
            version = _text(file.attrs.get("keras_version", b""))
            backend = _text(file.attrs.get("backend", b""))
            check_numbers(file, path.name)
    except (OSError, KeyError, RuntimeError, ValueError) as exc:
        why = reason(exc)
        msg = (
            f"Got {path}, which is not a whole HDF5 file: {why} Copy or save it again."
        )
        raise ExportError(msg) from exc
    model = build_model(config, library_of(version, config, path.name), path.name)
    _check_backend(backend, model, path.name)
    _fill(model, path)
    return model


def _fill(model: Any, path: Path) -> None:  # noqa: ANN401
    # Keras decides the format by the ending, but a file may have any name.
    if path.suffix == ".h5" and not path.name.endswith(".weights.h5"):
        load_weights(model, path, path.name)
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "model.h5"
        shutil.copyfile(path, copy)
        load_weights(model, copy, path.name)


def check_hdf5(file: h5py.File, name: str) -> None:
    """Refuse links out of the file, and too much data.

    Parameters
    ----------
    file : h5py.File
        The open file.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ExportError
        The file has a link out of it, too many parts, or too many bytes of weights.
    """
    total = 0
    for count, item in enumerate(_items(file, name)):
        if count > _MOST:
            msg = f"Got {name} with more than {_MOST:,} parts: no model has so many."
            raise ExportError(msg)
        if not isinstance(item, h5py.Dataset):
            continue
        total += (item.size or 0) * item.dtype.itemsize
        if item.is_virtual or item.external:
            where = shown(item.name)
            msg = f"Got {name}, whose {where} lies in another file: not followed."
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
            where = shown(key)
            msg = f"Got {name} with a link, {where}, out of its place: not followed."
            raise ExportError(msg)
        item = group[key]
        # Count groups too: a few that contain each other give millions of paths.
        yield item
        if isinstance(item, h5py.Group):
            yield from _items(item, name, depth + 1)


def check_numbers(file: h5py.File, name: str) -> None:
    """Refuse weights that are not finite numbers.

    Parameters
    ----------
    file : h5py.File
        A file that `check_hdf5` accepts: it has no links out of it.
    name : str
        Name of the file, for messages.
    """
    for key in set(file) - _HELD_ASIDE:
        part = file[key]
        for item in _items(part, name) if isinstance(part, h5py.Group) else [part]:
            if isinstance(item, h5py.Dataset):
                _check_array(item, name)


def _check_array(item: h5py.Dataset, name: str) -> None:
    where = shown(item.name)
    if item.dtype.kind not in "fiub":
        msg = f"Got {name}, whose weights {where} are not numbers."
        raise ExportError(msg)
    if item.dtype.kind == "f" and not np.isfinite(item[()]).all():
        msg = (
            f"Got {name}, whose weights {where} are not all finite (NaN or infinite). "
            "Train it again: it went astray."
        )
        raise ExportError(msg)


def _description(file: h5py.File, name: str) -> str | bytes:
    if "model_config" in file.attrs:
        text = file.attrs["model_config"]
        if isinstance(text, str | bytes):
            return text
        msg = f"Got {name}, whose model_config is no text: it is damaged."
        raise ExportError(msg)
    told = {"layer_names", "layer_names0", "nb_layers"} & set(file.attrs)
    if told or "_layer" in str(list(file)) or {"layers", "vars"} & set(file):
        msg = (
            f"Got {name}, which holds weights only: how the layers are connected "
            "(model_config) is missing. Build the same model in Python, call "
            "model.load_weights(...) and save all of it with model.save(...)."
        )
        raise ExportError(msg)
    msg = (
        f"Got {name}, an HDF5 file without a Keras model in it. Give one that "
        "model.save(...) wrote."
    )
    raise ExportError(msg)


def _check_backend(backend: str, model: Any, name: str) -> None:  # noqa: ANN401
    """Refuse mirrored kernels of another library."""
    if backend == "theano" and any("Conv" in type(x).__name__ for x in model.layers):
        msg = (
            f"Got {name} with convolutions that Theano computed, which mirrors every "
            "kernel, expected those of TensorFlow. Open it in Keras 2 with TensorFlow "
            "as its backend, and save it again: that turns them."
        )
        raise ExportError(msg)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
