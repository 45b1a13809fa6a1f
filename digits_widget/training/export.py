"""Writes a model as a versioned SavedModel that TensorFlow Serving loads.

The names of the signature are the contract with every client, so this module sets them.
Keras 3 would call the input ``keras_tensor`` and the output ``output_0``, and clients
of the article's model would stop working.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digits_widget.errors import ExportError
from digits_widget.insight.layers import SIGNATURE as ACTIVATIONS
from digits_widget.training.activations import Activations, copied
from digits_widget.training.error_text import reason
from digits_widget.training.footprint import OPEN_SIDE, SAMPLES
from digits_widget.training.keras_errors import REFUSED
from digits_widget.training.publish import Exported, next_version, publish
from digits_widget.training.quiet import without_warnings
from digits_widget.training.source import Source, open_source, source_of
from digits_widget.training.tags import check_tags, set_tags
from digits_widget.training.tflite import largest_difference, write_tflite
from digits_widget.training.warm_up import write_warm_up

SIGNATURE = "serving_default"

TOLERANCE = 1e-5
"""Largest difference between exported and original answers."""

_DTYPES = (
    *("float16", "bfloat16", "float32", "float64"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
)
_SEED = 2020

Answers = dict[str, NDArray[np.generic]]


def export_file(
    path: Path,
    folder: Path,
    version: int | None = None,
    *,
    input_name: str | None = None,
    output_name: str | None = None,
    dtype: str = "float32",
    tags: Sequence[str] = ("serve",),
    activations: bool = False,
) -> Exported:
    """Export a Keras file, with the tensor names in it.

    Parameters
    ----------
    path : Path
        A ``.h5`` or ``.keras`` file from ``model.save`` of Keras 2 or 3. Stateful
        layers become stateless.
    folder, version, input_name, output_name, dtype, tags, activations
        As for `export_model`.

    Raises
    ------
    ExportError
        The file is not a model or not a safe one, or as for `export_model`.
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
        activations=activations,
    )


def export_model(
    model: Any,  # noqa: ANN401 - a model of Keras 3, or of tf_keras
    folder: Path,
    version: int | None = None,
    *,
    input_name: str | None = None,
    output_name: str | None = None,
    dtype: str = "float32",
    tags: Sequence[str] = ("serve",),
    activations: bool = False,
) -> Exported:
    """Write `model` as ``folder/version``, after checking its answers.

    The function writes the files to a temporary folder and renames it, so that a server
    that polls `folder` never sees half a model.

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
        Has one input and one output; their first dimension is the batch.
    folder : Path
        Base path of the model; created if it does not exist.
    version : int, optional
        Name of the new folder, 0 or more; by default one above the highest version.
    input_name, output_name : str, optional
        Names of the two tensors for clients; by default those of the first and last
        layer.
    dtype : str
        Dtype of the input, such as ``uint8``; the graph casts it without scaling.
    tags : sequence of str
        Tags of the graph. By default TensorFlow Serving loads ``serve``.
    activations : bool
        Whether to add a second signature, ``activations``, with the output of every
        layer. The widget's Inside panel shows them.

    Raises
    ------
    ExportError
        The version exists (nothing is ever overwritten), a name or dtype is invalid,
        or the exported answers differ from the original ones.
    """
    source = source_of(model, input_name=input_name)
    named = replace(source, output_name=output_name or source.output_name)
    return _export(
        named, folder, version, dtype=dtype, tags=tags, activations=activations
    )


def _export(
    source: Source,
    folder: Path,
    version: int | None,
    *,
    dtype: str,
    tags: Sequence[str],
    activations: bool,
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
    if activations:
        source = replace(source, model=copied(source.model))
    inside = Activations(source.model) if activations else None
    number = next_version(folder) if version is None else version
    images = _samples(source.model, kind)
    # TensorFlow plans one picture and many separately, so compare both.
    batches = [images] if source.model.inputs[0].shape[0] else [images[:1], images]
    differences: list[float] = []
    reasons: list[str] = []

    def write(staged: Path) -> None:
        wanted = _wanted(source, images, inside)
        _save(source, staged, kind, inside)
        differences.append(_difference(source, staged, images, wanted))
        set_tags(staged, tags)
        reasons.append(write_tflite(staged, tags))
        write_warm_up(
            staged, batches, input_name=source.input_name, signature=SIGNATURE
        )

    path = publish(folder, number, write)
    return Exported(
        path=path,
        difference=differences[0],
        samples=len(images),
        without_tflite=reasons[0],
    )


def _check_name(name: str) -> None:
    # TensorFlow silently changes a name that it cannot use for a placeholder.
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


def _samples(model: Any, kind: tf.DType) -> NDArray[np.generic]:  # noqa: ANN401
    """Return the seeded inputs: in [0, 1], or whole numbers to 255."""
    shape = [side or OPEN_SIDE for side in model.inputs[0].shape[1:]]
    random = np.random.default_rng(_SEED)
    # A model with a fixed batch size accepts only that many.
    values = random.random((model.inputs[0].shape[0] or SAMPLES, *shape))
    if kind.is_integer:
        values = np.floor(values * min(kind.max, 255))
    samples: NDArray[np.generic] = values.astype(kind.as_numpy_dtype)
    return samples


def _save(
    source: Source, path: Path, kind: tf.DType, inside: Activations | None
) -> None:
    model, output_name = source.model, source.output_name
    spec = tf.TensorSpec(model.inputs[0].shape, kind, name=source.input_name)
    own = model.inputs[0].dtype

    # Nothing in these needs rewriting to a graph, so AutoGraph stays out.
    @tf.function(input_signature=[spec], autograph=False)
    def serving_default(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return {output_name: _answer(model, tf.cast(images, own))}

    @tf.function(input_signature=[spec], autograph=False)
    def activations(images: tf.Tensor) -> dict[str, tf.Tensor]:
        assert inside  # noqa: S101 - traced only with it
        return inside(tf.cast(images, own))

    functions = {SIGNATURE: serving_default}
    if inside:
        functions[ACTIVATIONS] = activations
    with without_warnings():
        signatures = {
            name: function.get_concrete_function()
            for name, function in functions.items()
        }
        module = tf.Module()
        # The file needs only the variables. Tracking the Keras model itself would also
        # store its optimizer and traces of every layer.
        module.model_variables = list(signatures[SIGNATURE].graph.variables)
        tf.saved_model.save(module, str(path), signatures=signatures)


def _answer(model: Any, images: Any) -> Any:  # noqa: ANN401 - of any library
    """Call a model whose input and output is a tensor, or a list or dict of one."""
    with without_warnings():
        return keras.tree.flatten(model(images, training=False))[0]


def _wanted(
    source: Source, images: NDArray[np.generic], inside: Activations | None
) -> dict[str, Answers]:
    """Return the model's own answers, and those of its layers, by signature."""
    given = images.astype(tf.as_dtype(source.model.inputs[0].dtype).as_numpy_dtype)
    try:
        wanted = np.asarray(_answer(source.model, given))
    except REFUSED as exc:
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
    answers = {SIGNATURE: {source.output_name: wanted}}
    if inside:
        with without_warnings():
            outputs = inside(tf.constant(given))
        answers[ACTIVATIONS] = {name: np.asarray(outputs[name]) for name in outputs}
    return answers


def _difference(
    source: Source,
    path: Path,
    images: NDArray[np.generic],
    wanted: Mapping[str, Answers],
) -> float:
    """Return the largest difference between exported and original answers."""
    functions = tf.saved_model.load(str(path)).signatures
    given = {source.input_name: tf.constant(images)}
    difference = max(
        largest_difference(output.numpy(), wanted[name][alias])
        for name in wanted
        for alias, output in functions[name](**given).items()
    )
    if not difference <= TOLERANCE:
        msg = (
            f"Got answers that differ by {difference:.2g} after exporting, expected at "
            f"most {TOLERANCE:g}. Nothing was published."
        )
        raise ExportError(msg)
    return difference
