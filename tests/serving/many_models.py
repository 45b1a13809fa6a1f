"""Run in a process of its own: exports models of all kinds for the real server.

``kinds/1`` gives back each tensor it is given, one signature for each element type;
``rows/1`` and ``rows/2`` classify and regress rows with a column ``x``.
"""

from __future__ import annotations

import sys
from typing import Any

import tensorflow as tf

KINDS = [
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
    "string",
]


def same(x: Any) -> Any:
    """Give back what came."""
    return {"y": tf.identity(x)}


def column(inputs: Any) -> Any:
    """Return the column x of serialised rows."""
    spec = {"x": tf.io.FixedLenFeature([1], tf.float32)}
    return tf.io.parse_example(inputs, spec)["x"]


def labelled(inputs: Any) -> Any:
    """Classify rows."""
    x = column(inputs)
    both = tf.concat([x, 1.0 - x], axis=1)
    names = tf.tile([["ink", "paper"]], [tf.shape(x)[0], 1])
    return {"classes": names, "scores": both}


def doubled(inputs: Any) -> Any:
    """Regress rows."""
    return {"outputs": column(inputs) * 2.0}


def export(folder: str) -> None:
    """Export all of them below `folder`."""
    signatures = {
        kind: tf.function(
            same, input_signature=[tf.TensorSpec(None, getattr(tf, kind), name="x")]
        )
        for kind in KINDS
    }
    tf.saved_model.save(tf.Module(), f"{folder}/kinds/1", signatures=signatures)
    text = [tf.TensorSpec([None], tf.string, name="inputs")]
    signatures = {
        "labelled": tf.function(labelled, input_signature=text),
        "doubled": tf.function(doubled, input_signature=text),
    }
    for version in (1, 2):
        path = f"{folder}/rows/{version}"
        tf.saved_model.save(tf.Module(), path, signatures=signatures)


if __name__ == "__main__":
    export(sys.argv[1])
