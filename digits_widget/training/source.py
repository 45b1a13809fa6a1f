"""`Source`: a model to export, opened from whatever holds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras

from digits_widget.errors import ExportError
from digits_widget.training.hdf5_file import read_hdf5
from digits_widget.training.keras_file import read_keras

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, eq=False)
class Source:
    """A model in memory, and what its tensors are called unless somebody says more."""

    model: keras.Model
    """Takes and gives one tensor each; the first dimension is the batch."""

    input_name: str
    """What clients send the pictures as."""

    output_name: str
    """What clients find the answers under."""


def open_source(path: Path) -> Source:
    """Open a Keras file of any age; what it is, its first bytes say.

    Raises
    ------
    ExportError
        No such file, or not a model that can be read safely.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as exc:
        msg = f"Got {path}, which cannot be read: {exc}."
        raise ExportError(msg) from exc
    if start == _HDF5:
        model, name = read_hdf5(path)
    elif start[:4] == _ZIP:
        model, name = read_keras(path)
    else:
        msg = (
            f"Got {path}, which is neither HDF5 (.h5) nor a .keras file: it starts "
            f"{start!r}. Give what model.save(...) wrote, or a SavedModel's folder."
        )
        raise ExportError(msg)
    return source_of(model, input_name=name)


def source_of(model: keras.Model, *, input_name: str | None = None) -> Source:
    """Return the source for a model in memory.

    Raises
    ------
    ExportError
        It takes or gives several tensors, or was never built.
    """
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError) as exc:
        msg = "Got a model that is not built yet: call it once on an array first."
        raise ExportError(msg) from exc
    if not inputs or len(inputs) != 1 or len(outputs) != 1:
        msg = (
            f"Got a model with {len(inputs or ())} inputs and {len(outputs or ())} "
            "outputs, expected one of each: pictures in, confidences out."
        )
        raise ExportError(msg)
    return Source(model, input_name or str(inputs[0].name), str(model.layers[-1].name))
