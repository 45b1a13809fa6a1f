"""Writes a model as a versioned SavedModel that TensorFlow Serving loads.

The signature is spelled out instead of left to Keras, because its names are the
contract with every client: Keras 3 would call the input ``keras_tensor`` and the
output ``output_0``, and each client of the article's model would stop working.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digits_widget.errors import ExportError
from digits_widget.training.footprint import OPEN_SIDE, SAMPLES
from digits_widget.training.publish import next_version, publish
from digits_widget.training.reason import reason
from digits_widget.training.source import Source, open_source, source_of
from digits_widget.training.tags import check_tags, set_tags
from digits_widget.training.warm_up import write_warm_up

SIGNATURE = "serving_default"

TOLERANCE = 1e-5
"""How far an exported answer may be from the original one."""

_DTYPES = (
    *("float16", "bfloat16", "float32", "float64"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
)
_SEED = 2020


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was published."""

    path: Path
    """Folder of the version."""

    difference: float
    """Largest difference between exported and original answers, 0 to `TOLERANCE`."""

    samples: int = SAMPLES
    """Seeded inputs that were compared."""


def export_file(
    path: Path,
    folder: Path,
    version: int | None = None,
    *,
    input_name: str | None = None,
    output_name: str | None = None,
    dtype: str = "float32",
    tags: Sequence[str] = ("serve",),
) -> Exported:
    """Export a Keras file: `export_model` on what it holds, under the names it gives.

    Raises
    ------
    ExportError
        The file is no model or not a safe one, or as for `export_model`.
    """
    source = open_source(path)
    return _export(
        Source(
            source.model,
            input_name or source.input_name,
            output_name or source.output_name,
        ),
        folder,
        version,
        dtype=dtype,
        tags=tags,
    )


def export_model(
    model: keras.Model,
    folder: Path,
    version: int | None = None,
    *,
    input_name: str | None = None,
    output_name: str | None = None,
    dtype: str = "float32",
    tags: Sequence[str] = ("serve",),
) -> Exported:
    """Write `model` as ``folder/version`` in one step, after checking its answers.

    The files are written beside their destination and renamed into place, so that a
    server that polls `folder` sees either nothing or the whole model.

    Parameters
    ----------
    model : keras.Model
        Takes and gives one tensor each; its first dimension is the batch.
    folder : Path
        The model's base path. Made if it is not there.
    version : int, optional
        Name of the new folder, 0 or more; by default one above the highest there.
    input_name, output_name : str, optional
        What clients call the two tensors; by default as the model's first and last
        layer say.
    dtype : str
        What clients send, such as ``uint8``; it is cast to the model's own, not scaled.
    tags : sequence of str
        Of the graph. TensorFlow Serving loads ``serve`` unless told otherwise.

    Raises
    ------
    ExportError
        The version exists (nothing is ever overwritten), a name or dtype is unusable,
        or the exported answers differ from the original ones.
    """
    source = source_of(model, input_name=input_name)
    named = replace(source, output_name=output_name or source.output_name)
    return _export(named, folder, version, dtype=dtype, tags=tags)


def _export(
    source: Source,
    folder: Path,
    version: int | None,
    *,
    dtype: str,
    tags: Sequence[str],
) -> Exported:
    for name in (source.input_name, source.output_name):
        _check_name(name)
    if source.input_name == source.output_name:
        msg = (
            f"Got {source.input_name!r} as the name of input and output, expected two "
            "names. Choose another with output_name (--output-name)."
        )
        raise ExportError(msg)
    kind = _dtype(dtype)
    check_tags(tags)
    number = next_version(folder) if version is None else version
    images = _samples(source.model, kind)
    # One picture and many are planned apart; a model of one batch size takes no other.
    batches = [images] if source.model.inputs[0].shape[0] else [images[:1], images]
    differences: list[float] = []

    def write(staged: Path) -> None:
        wanted = _wanted(source, images)
        _save(source, staged, kind)
        differences.append(_difference(source, staged, images, wanted))
        set_tags(staged, tags)
        write_warm_up(
            staged, batches, input_name=source.input_name, signature=SIGNATURE
        )

    path = publish(folder, number, write)
    return Exported(path=path, difference=differences[0], samples=len(images))


def _check_name(name: str) -> None:
    # TensorFlow makes a placeholder of the name, and would change one it cannot use.
    plain = name.replace("_", "a").replace(".", "a").replace("-", "a")
    if not (plain.isascii() and plain.isalnum() and name[0].isalnum()):
        msg = (
            f"Got the name {name!r} for a tensor, expected letters, digits and any of "
            "_ . - after the first."
        )
        raise ExportError(msg)


def _dtype(name: str) -> tf.DType:
    try:
        kind = tf.as_dtype(name)
    except TypeError as exc:
        msg = f"Got the dtype {name!r}, expected one such as float32 or uint8."
        raise ExportError(msg) from exc
    if kind.name not in _DTYPES:
        msg = f"Got the dtype {name!r}, expected one of {', '.join(_DTYPES)}."
        raise ExportError(msg)
    return kind


def _samples(model: keras.Model, kind: tf.DType) -> NDArray[np.generic]:
    """Return the seeded inputs: in [0, 1], or whole numbers to 255."""
    shape = [side or OPEN_SIDE for side in model.inputs[0].shape[1:]]
    random = np.random.default_rng(_SEED)
    # A model for batches of one size takes that many, and no others.
    values = random.random((model.inputs[0].shape[0] or SAMPLES, *shape))
    if kind.is_integer:
        values = np.floor(values * min(kind.max, 255))
    samples: NDArray[np.generic] = values.astype(kind.as_numpy_dtype)
    return samples


def _save(source: Source, path: Path, kind: tf.DType) -> None:
    model, output_name = source.model, source.output_name
    spec = tf.TensorSpec(model.inputs[0].shape, kind, name=source.input_name)
    own = model.inputs[0].dtype

    # Nothing in it needs rewriting to a graph, so AutoGraph stays out.
    @tf.function(input_signature=[spec], autograph=False)
    def serving_default(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return {output_name: _answer(model, tf.cast(images, own))}

    module = tf.Module()
    # A list of variables is all that the file needs: tracking the Keras model itself
    # would store its optimizer and traces of every layer. TensorFlow's variables, not
    # Keras's wrappers: those are saved as copies, and a session restores the copies
    # and then finds the ones that the graph reads missing.
    module.model_variables = [variable.value for variable in model.variables]
    try:
        tf.saved_model.save(module, str(path), signatures={SIGNATURE: serving_default})
    except (tf.errors.UnknownError, tf.errors.ResourceExhaustedError) as exc:
        # So TensorFlow says that a disk is full.
        raise OSError(reason(exc)) from exc


def _answer(model: keras.Model, images: Any) -> Any:  # noqa: ANN401 - of any library
    """Call a model that wants and gives a tensor, or one in a list or dictionary."""
    with warnings.catch_warnings():
        # Keras 3 notes that a tensor is not a list of one, and takes it.
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        return keras.tree.flatten(model(images, training=False))[0]


def _wanted(source: Source, images: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the model's own answers."""
    given = images.astype(source.model.inputs[0].dtype)
    try:
        wanted = np.asarray(_answer(source.model, given))
    except (tf.errors.OpError, ValueError) as exc:
        msg = (
            f"Got a model that gives no answer for inputs {given.shape} of "
            f"{given.dtype}: {reason(exc)} Nothing was published."
        )
        raise ExportError(msg) from exc
    if not np.isfinite(wanted).all():
        msg = (
            "Got a model whose answers are not finite (NaN or infinite) on seeded "
            "inputs, expected numbers. Nothing was published: train it again."
        )
        raise ExportError(msg)
    return wanted


def _difference(
    source: Source,
    path: Path,
    images: NDArray[np.generic],
    wanted: NDArray[np.generic],
) -> float:
    """Return how far the exported answers are from the model's own, at most."""
    loaded = tf.saved_model.load(str(path)).signatures[SIGNATURE]
    got = loaded(**{source.input_name: tf.constant(images)})[source.output_name].numpy()
    difference = float(np.abs(got - wanted).max())
    if not difference <= TOLERANCE:
        msg = (
            f"Got answers that differ by {difference:.2g} after exporting, expected at "
            f"most {TOLERANCE:g}. Nothing was published."
        )
        raise ExportError(msg)
    return difference
