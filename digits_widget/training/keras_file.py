"""Reads a whole model from a ``.keras`` file, which is a zip archive."""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import keras

from digits_widget.errors import ExportError
from digits_widget.training.config import parse_config
from digits_widget.training.footprint import LARGEST, check_footprint
from digits_widget.training.framing import Framing
from digits_widget.training.hdf5_file import check_hdf5
from digits_widget.training.reason import DAMAGED, REFUSED, reason

_WEIGHTS = "model.weights.h5"
_KNOWN = {"metadata.json", "config.json", _WEIGHTS}
_LONGEST = 1 << 24
"""Bytes of the description of the model, at most."""


def read_keras(path: Path) -> tuple[keras.Model, str]:
    """Build the model that a ``.keras`` file holds.

    Returns
    -------
    model : keras.Model
        With its weights.
    input_name : str
        The name of its input layer.

    Raises
    ------
    ExportError
        Not such a file, cut short, larger unpacked than any model here, or with layers
        that are not known. Nothing of it is run.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path.name)
            config = parse_config(archive.read("config.json"), path.name)
            _check_weights(archive, path.name)
        check_footprint(partial(_built, config), path.name)
        # Safe as far as we can see; Keras's own safe mode looks again.
        model = keras.saving.load_model(
            path, compile=False, safe_mode=True, custom_objects={"Framing": Framing}
        )
    except (*DAMAGED, *REFUSED) as exc:
        why = reason(exc)
        msg = f"Got {path}, which is not a whole .keras file ({why}). Save it again."
        raise ExportError(msg) from exc
    return model, str(model.inputs[0].name)


def _built(config: dict[str, Any]) -> keras.Model:
    return keras.saving.deserialize_keras_object(
        config, custom_objects={"Framing": Framing}, safe_mode=True
    )


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    for member in members:
        parts = PurePosixPath(member.filename).parts
        inside = member.filename in _KNOWN or parts[:1] == ("assets",)
        if not inside or ".." in parts:
            msg = (
                f"Got {name} with {member.filename!r} in it, which is no part of a "
                "model: not unpacked."
            )
            raise ExportError(msg)
    missing = {"config.json", _WEIGHTS} - {member.filename for member in members}
    if missing:
        msg = (
            f"Got {name} without {', '.join(sorted(missing))}: not a model of Keras 3."
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


def _check_weights(archive: zipfile.ZipFile, name: str) -> None:
    with TemporaryDirectory() as folder:
        weights = Path(archive.extract(_WEIGHTS, folder))
        with h5py.File(weights, "r") as file:
            check_hdf5(file, name)
