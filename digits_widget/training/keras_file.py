"""Reads a whole model from a ``.keras`` file, which is a zip archive."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import h5py
import keras

from digits_widget.errors import ExportError
from digits_widget.training.config import parse_config
from digits_widget.training.framing import Framing
from digits_widget.training.hdf5_file import LARGEST, check_hdf5

_WEIGHTS = "model.weights.h5"
_KNOWN = {"metadata.json", "config.json", _WEIGHTS}


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
            parse_config(archive.read("config.json"), path.name)
            _check_weights(archive, path.name)
        # Safe as far as we can see; Keras's own safe mode looks again.
        model = keras.saving.load_model(
            path, compile=False, safe_mode=True, custom_objects={"Framing": Framing}
        )
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, TypeError) as exc:
        msg = f"Got {path}, which is not a whole .keras file ({exc}). Save it again."
        raise ExportError(msg) from exc
    return model, str(model.inputs[0].name)


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
