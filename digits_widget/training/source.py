"""`Source`: a model to export, from a file or from memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import keras

from digits_widget.errors import ExportError
from digits_widget.regular_file import open_regular_file
from digits_widget.training.file_kind import what_it_is
from digits_widget.training.hdf5_file import read_hdf5
from digits_widget.training.keras_file import read_keras
from digits_widget.training.library import is_model

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, eq=False)
class Source:
    """A model in memory, and the default names of its tensors."""

    model: Any
    """A model of Keras 3 or tf_keras with one input and one output; their first
    dimension is the batch."""

    input_name: str
    """Name of the input."""

    output_name: str
    """Name of the output."""


def open_source(path: Path) -> Source:
    """Open a Keras file of any version; its first bytes decide the format.

    Raises
    ------
    ExportError
        The file does not exist, or is not a model that can be read safely.
    """
    start = _start(path)
    try:
        if start == _HDF5:
            model = read_hdf5(path)
        elif start[:4] in _ZIP:
            model = read_keras(path)
        else:
            msg = f"Got {path}, which is {what_it_is(path)}"
            raise ExportError(msg)
    except OSError as exc:
        msg = (
            f"Got {path}, and no room to unpack it in {gettempdir()} ({exc.strerror}). "
            "Make room there, or set TMPDIR to a folder on another disk."
        )
        raise ExportError(msg) from exc
    return source_of(model, input_name=usable_name(str(model.inputs[0].name)))


def _start(path: Path) -> bytes:
    try:
        with open_regular_file(path) as file:
            return file.read(8)
    except OSError as exc:
        msg = f"Got {path}, which cannot be read: {exc.strerror}."
        raise ExportError(msg) from exc


def source_of(model: Any, *, input_name: str | None = None) -> Source:  # noqa: ANN401
    """Return the source for a model in memory.

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
        The model.
    input_name : str, optional
        Name of the input; by default that of the first layer.

    Raises
    ------
    ExportError
        The model has several inputs or outputs, was never built, or is stateful.
    """
    if not is_model(model):
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
    _check_stateless(model)
    name, output_name = (
        input_name or usable_name(_input_name(model)),
        _output_name(model),
    )
    if output_name == name:
        output_name += "_output"
    return Source(_for_any_batch(model), name, output_name)


def _check_stateless(model: Any) -> None:  # noqa: ANN401
    for layer in model.layers:
        if getattr(layer, "stateful", False) is True:
            msg = (
                f"Got a model whose layer {layer.name} is stateful: what it answers "
                "would depend on who asked before. Save the model to a file and export "
                "that, or build it with stateful=False."
            )
            raise ExportError(msg)


def _for_any_batch(model: Any) -> Any:  # noqa: ANN401
    """Return the model without the batch size of the array that built it."""
    count, *shape = model.inputs[0].shape
    if count is None or not _is_numbered(model):
        return model
    kind = model.inputs[0].dtype
    return keras.Sequential([keras.Input(shape, dtype=kind), *model.layers])


def _unbuilt(model: Any) -> str:  # noqa: ANN401
    if type(model).__name__ == "Sequential":
        return (
            "Got a model that is not built yet. Put keras.Input((28, 28, 1)) before "
            "its layers, or call it once on an array first."
        )
    return (
        f"Got {type(model).__name__}, a model whose call is Python code, expected one "
        "of layers that are connected. Wrap it: keras.Model(x, model(x)) with "
        "x = keras.Input((28, 28, 1))."
    )


def _input_name(model: Any) -> str:  # noqa: ANN401
    """Return TensorFlow 2.1's name for the input, which Keras 3 would number."""
    if _is_numbered(model):
        return f"{model.layers[0].name}_input"
    return str(model.inputs[0].name)


def _output_name(model: Any) -> str:  # noqa: ANN401
    """Return the name of the layer or operation whose result is the answer."""
    if isinstance(model, keras.Model):
        made_by = getattr(model.outputs[0], "_keras_history", None)
        return usable_name(
            str((made_by.operation if made_by else model.layers[-1]).name)
        )
    return usable_name(str(model.output_names[0]))


def usable_name(name: str) -> str:
    """Return a name that TensorFlow accepts unchanged."""
    plain = "".join(
        c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in name
    )
    return plain.lstrip("_.-") or "tensor"


def _is_numbered(model: Any) -> bool:  # noqa: ANN401
    return str(model.inputs[0].name).startswith("keras_tensor")
