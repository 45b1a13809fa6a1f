"""Reads a whole model from a ``.keras`` file, which is a zip archive."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import h5py

from digits_widget.errors import ExportError
from digits_widget.training.build import build_model, library_of, load_weights
from digits_widget.training.config import parse_config
from digits_widget.training.error_text import DAMAGED, is_full, reason, shown
from digits_widget.training.footprint import LARGEST
from digits_widget.training.hdf5_file import check_hdf5, check_numbers

_WEIGHTS = "model.weights.h5"
_KNOWN = {"metadata.json", "config.json", _WEIGHTS}
_LONGEST = 1 << 24
"""Most bytes of the description of a model."""


def read_keras(path: Path) -> Any:  # noqa: ANN401 - a model of either library
    """Read a model with its weights from a ``.keras`` file.

    Raises
    ------
    ExportError
        The file is not a ``.keras`` file, is truncated, unpacks to too many bytes, or
        has unknown layers. This function never runs code from the file.
    """
    try:
        with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
            _check_members(archive, path.name)
            config = parse_config(archive.read("config.json"), path.name)
            library = library_of(_version(archive), config, path.name)
            weights = Path(archive.extract(_WEIGHTS, folder))
            _check_weights(weights, path.name)
            model = build_model(config, library, path.name)
            load_weights(model, weights, path.name)
            return model
    except DAMAGED as exc:
        if is_full(exc):
            raise
        why = reason(exc)
        msg = (
            f"Got {path}, which is not a whole .keras file: {why} Copy or save it "
            "again."
        )
        raise ExportError(msg) from exc


def _version(archive: zipfile.ZipFile) -> str:
    """Return the version of Keras that wrote the file, or nothing."""
    try:
        told = json.loads(archive.read("metadata.json"))
    except (KeyError, ValueError, RecursionError):
        return ""
    return str(told.get("keras_version", "")) if isinstance(told, dict) else ""


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    if "config.json" not in names and (what := _of_others(names)):
        msg = f"Got {name}, which is {what}"
        raise ExportError(msg)
    for member in members:
        parts = PurePosixPath(member.filename).parts
        inside = member.filename in _KNOWN or parts[:1] == ("assets",)
        if not inside or ".." in parts:
            msg = (
                f"Got {name} with {shown(member.filename)} in it, which is not part "
                "of a model: not unpacked."
            )
            raise ExportError(msg)
    missing = {"config.json", _WEIGHTS} - names
    if missing:
        msg = (
            f"Got {name}, a zip archive without {', '.join(sorted(missing))}: not a "
            '.keras file. Give one that model.save("model.keras") wrote.'
        )
        raise ExportError(msg)
    told = archive.getinfo("config.json").file_size
    if told > _LONGEST:
        msg = (
            f"Got {name} with a description of {told:,} bytes, expected at most "
            f"{_LONGEST:,}. It may be made to fill the memory."
        )
        raise ExportError(msg)
    total = sum(member.file_size for member in members)
    if total > LARGEST:
        msg = (
            f"Got {name}, which unpacks to {total:,} bytes, expected at most "
            f"{LARGEST:,}. It may be made to fill the disk."
        )
        raise ExportError(msg)


def _of_others(names: set[str]) -> str:
    """Describe a zip archive that is not a ``.keras`` file, and say what to do."""
    last = {PurePosixPath(name).name for name in names}
    endings = {PurePosixPath(name).suffix for name in names}
    if "data.pkl" in last:
        return (
            "a PyTorch file. Only Keras models and SavedModels are exported: build the "
            "network in Keras and copy the weights."
        )
    if "saved_model.pb" in last:
        return "a zip archive of a SavedModel. Unpack it, and give its folder."
    if endings & {".h5", ".hdf5", ".keras"}:
        inside = next(n for n in sorted(names) if n.endswith((".h5", "hdf5", ".keras")))
        if inside != _WEIGHTS:
            return (
                f"a zip archive with {shown(inside)} in it. Unpack it, and give that."
            )
    if names and endings <= {".npy"}:
        return (
            "arrays of NumPy (.npz): weights at most, not how they are connected. "
            "Build the network in Keras, set the weights and call model.save(...)."
        )
    return ""


def _check_weights(weights: Path, name: str) -> None:
    with h5py.File(weights, "r+") as file:
        check_hdf5(file, name)
        check_numbers(file, name)
        # Keras 2.12 on Windows joined the names of groups by backslashes.
        for key in [each for each in file if "\\" in each]:
            file.move(key, key.replace("\\", "/"))
