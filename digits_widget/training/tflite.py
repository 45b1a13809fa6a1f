"""Writes ``model.tflite`` beside ``saved_model.pb``: the same model for LiteRT.

TensorFlow Serving knows the file by this name, and so does the model server here, which
then needs no TensorFlow. Not every model can be converted; a version is complete
without the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digits_widget.discard_stderr import discard_stderr
from digits_widget.training.error_text import reason
from digits_widget.training.footprint import OPEN_SIDE
from digits_widget.training.quiet import without_warnings

FILE = "model.tflite"

TOLERANCE = 1e-5
"""How far its answers may be from the SavedModel's."""

_OPERATION = re.compile(r"'tf\.(\w+)' op")
"""How the converter names what it cannot convert, in pages of other text."""

_INIT_OP = "__saved_model_init_op"
_BATCHES = (1, 3)
_SEED = 2020

Arrays = Mapping[str, NDArray[np.generic]]


class _NoTwinError(Exception):
    """There is no ``.tflite`` file of the model; the text is why, in one sentence."""


def write_tflite(folder: Path, tags: Sequence[str] = ("serve",)) -> str:
    """Convert the SavedModel in `folder`, compare the answers, and write the file.

    Parameters
    ----------
    folder : Path
        Folder of an unpublished version.
    tags : sequence of str
        Of the graph.

    Returns
    -------
    str
        Why there is no such file, in one sentence; empty if there is one.
    """
    try:
        content = _converted(folder, tags)
        _check(content, folder, tags)
    except _NoTwinError as exc:
        return str(exc)
    (folder / FILE).write_bytes(content)
    return ""


def _converted(folder: Path, tags: Sequence[str]) -> bytes:
    try:
        with without_warnings(), discard_stderr():
            converter = tf.lite.TFLiteConverter.from_saved_model(
                str(folder), tags=set(tags)
            )
            # Nothing but LiteRT's own operations: others would need TensorFlow again.
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
            converted: bytes = converter.convert()
    except Exception as exc:
        # The converter raises whatever it likes.
        raise _NoTwinError(_refusal(exc)) from exc
    return converted


def _refusal(exc: Exception) -> str:
    operations = sorted(set(_OPERATION.findall(str(exc))))
    if operations:
        return f"LiteRT does not have the operation {', '.join(operations[:3])}."
    return f"LiteRT cannot run this model: {reason(exc)}"


def _check(content: bytes, folder: Path, tags: Sequence[str]) -> None:
    """Raise `_NoTwinError` unless both files answer seeded inputs alike."""
    runners = _runners(content)
    loaded = _loaded(folder, tags)
    wanted = {
        name: each for name, each in loaded.signatures.items() if name != _INIT_OP
    }
    if runners.keys() != wanted.keys():
        msg = f"LiteRT has the signatures {', '.join(runners)} of it alone."
        raise _NoTwinError(msg)
    for name, function in wanted.items():
        for inputs in _inputs(function):
            _compare(function, runners[name], inputs)


def _loaded(folder: Path, tags: Sequence[str]) -> Any:  # noqa: ANN401
    try:
        with without_warnings():
            return tf.saved_model.load(str(folder), tags=list(tags))
    except Exception as exc:
        msg = f"TensorFlow cannot load it to compare the answers: {reason(exc)}"
        raise _NoTwinError(msg) from exc


def _runners(content: bytes) -> dict[str, Any]:
    try:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - optional
    except ModuleNotFoundError as exc:
        msg = 'LiteRT, which checks it, is not installed: pip install "ai-edge-litert".'
        raise _NoTwinError(msg) from exc
    with discard_stderr():
        interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
        names = interpreter.get_signature_list()
        return {name: interpreter.get_signature_runner(name) for name in names}


def _inputs(function: Any) -> Iterator[Arrays]:  # noqa: ANN401 - of TensorFlow
    """Yield seeded inputs for a signature: one row, and several where it takes any."""
    random = np.random.default_rng(_SEED)
    specs = function.structured_input_signature[1]
    for rows in _BATCHES:
        yield {name: _sample(spec, rows, random) for name, spec in specs.items()}


def _sample(
    spec: tf.TensorSpec, rows: int, random: np.random.Generator
) -> NDArray[np.generic]:
    if spec.shape.rank is None or spec.dtype == tf.string:
        msg = f"LiteRT takes no input such as {spec.name}."
        raise _NoTwinError(msg)
    first, *rest = [*spec.shape, None][: max(1, spec.shape.rank)]
    shape = [first or rows, *(side or OPEN_SIDE for side in rest)]
    values = random.random(shape[: spec.shape.rank])
    if spec.dtype.is_integer:
        values = np.floor(values * min(spec.dtype.max, 255))
    sample: NDArray[np.generic] = values.astype(spec.dtype.as_numpy_dtype)
    return sample


def _compare(function: Any, runner: Any, inputs: Arrays) -> None:  # noqa: ANN401
    wanted = function(**{name: tf.constant(inputs[name]) for name in inputs})
    try:
        found = runner(**inputs)
    except (RuntimeError, ValueError) as exc:
        raise _NoTwinError(_refusal(exc)) from exc
    for name in wanted:
        difference = largest_difference(found[name], wanted[name].numpy())
        if not difference <= TOLERANCE:
            msg = f"LiteRT's answers differ by {difference:.1g}."
            raise _NoTwinError(msg)


def largest_difference(
    found: NDArray[np.generic], wanted: NDArray[np.generic]
) -> float:
    """Return how far answers are apart; of large ones, as a part of the largest.

    Logits may be thousands, where only the relative difference of a float32 matters.

    Parameters
    ----------
    found, wanted : ndarray
        Answers to the same input, of any shape.

    Returns
    -------
    float
        0 or more; infinite for other shapes or dtypes.
    """
    if found.shape != wanted.shape or found.dtype != wanted.dtype:
        return float("inf")
    largest = max(1.0, float(np.abs(wanted).max(initial=0)))
    return float(np.abs(np.subtract(found, wanted)).max(initial=0)) / largest
