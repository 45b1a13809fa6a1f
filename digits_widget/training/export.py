"""Writes a Keras model as a versioned SavedModel that TensorFlow Serving loads.

The signature is spelled out instead of left to Keras, because its names are the
contract with every client: Keras 3 would call the input ``keras_tensor`` and the
output ``output_0``, and each client of the article's model would stop working.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from digits_widget.errors import ExportError


def export_version(
    model: keras.Model, folder: Path, version: int, *, input_name: str, output_name: str
) -> Path:
    """Write `model` as ``folder/version`` in one step.

    The files are written beside their destination and renamed into place, so that a
    server that polls `folder` sees either nothing or the whole model.

    Parameters
    ----------
    model : keras.Model
        Takes and gives one tensor each; its first dimension is the batch.
    folder : Path
        The model's base path. Made if it is not there.
    version : int
        Version number, 0 or more: the name of the new folder.
    input_name, output_name : str
        The names that clients use for the two tensors.

    Returns
    -------
    Path
        The version's folder.

    Raises
    ------
    ExportError
        The version exists already; nothing is ever overwritten.
    """
    check_free(folder, version)
    destination = folder / str(version)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="writing-") as scratch:
        staged = Path(scratch) / "model"
        _save(model, staged, input_name, output_name)
        staged.rename(destination)
    return destination


def check_free(folder: Path, version: int) -> None:
    """Raise `ExportError` if `folder` has this version already, or it is no version."""
    if version < 0:
        msg = f"Got version {version}, expected 0 or more."
        raise ExportError(msg)
    if (folder / str(version)).exists():
        msg = (
            f"Got version {version} for {folder}, which has that version already. "
            "A published version never changes: choose a higher number."
        )
        raise ExportError(msg)


def _save(model: keras.Model, path: Path, input_name: str, output_name: str) -> None:
    shape = model.inputs[0].shape

    # Nothing in it needs rewriting to a graph, so AutoGraph stays out.
    @tf.function(
        input_signature=[tf.TensorSpec(shape, tf.float32, name=input_name)],
        autograph=False,
    )
    def serving_default(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return {output_name: model(images, training=False)}

    module = tf.Module()
    # A list of variables is all that the file needs: tracking the Keras model itself
    # would store its optimizer and traces of every layer. TensorFlow's variables, not
    # Keras's wrappers: those are saved as copies, and a session restores the copies
    # and then finds the ones that the graph reads missing.
    module.model_variables = [variable.value for variable in model.variables]
    tf.saved_model.save(
        module, str(path), signatures={"serving_default": serving_default}
    )
