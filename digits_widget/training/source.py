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
        msg = f"Got {path}, which cannot be read: {exc.strerror}."
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
    if not isinstance(model, keras.Model):
        msg = f"Got {type(model).__name__}, expected a Keras model, such as Sequential."
        raise ExportError(msg)
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError) as exc:
        raise ExportError(_unbuilt(model)) from exc
    if not inputs or not outputs:
        raise ExportError(_unbuilt(model))
    if len(inputs) != 1 or len(outputs) != 1:
        msg = (
            f"Got a model with {len(inputs)} inputs and {len(outputs)} outputs, "
            "expected one of each: pictures in, confidences out. Make a keras.Model of "
            "the two tensors that count, and export that."
        )
        raise ExportError(msg)
    name, output_name = input_name or _input_name(model), str(model.layers[-1].name)
    return Source(_for_any_batch(model), name, output_name)


def _for_any_batch(model: keras.Model) -> keras.Model:
    """Return the model without the batch size of the array that it was built by."""
    count, *shape = model.inputs[0].shape
    if count is None or not _is_numbered(model):
        return model
    kind = model.inputs[0].dtype
    return keras.Sequential([keras.Input(shape, dtype=kind), *model.layers])


def _unbuilt(model: keras.Model) -> str:
    if isinstance(model, keras.Sequential):
        return (
            "Got a model that is not built yet. Put keras.Input((28, 28, 1)) before "
            "its layers, or call it once on an array first."
        )
    return (
        f"Got {type(model).__name__}, a model whose call is Python code, expected one "
        "of layers that are connected. Wrap it: keras.Model(x, model(x)) with "
        "x = keras.Input((28, 28, 1))."
    )


def _input_name(model: keras.Model) -> str:
    """Return what TensorFlow 2.1 called the input: Keras 3 makes a number of it."""
    if _is_numbered(model):
        return f"{model.layers[0].name}_input"
    return str(model.inputs[0].name)


def _is_numbered(model: keras.Model) -> bool:
    return str(model.inputs[0].name).startswith("keras_tensor")
