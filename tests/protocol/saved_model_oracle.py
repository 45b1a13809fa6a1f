"""Run in a process of its own: exports a model, and asks TensorFlow what is in it.

Prints JSON: for each folder, what ``saved_model_cli show`` prints with some options.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.tools import saved_model_cli as cli


def scale(x: Any, n: Any = 3, name: str = "a", *, flag: bool = True) -> Any:
    """Take numbers and text besides a tensor."""
    assert name
    assert flag
    return x * float(n)


def typed(raw: Any, text: Any) -> Any:
    """Take two tensors."""
    assert text is not None
    return raw


def lists(xs: Any, both: Any) -> Any:
    """Take containers of tensors."""
    return xs[0] + both["a"]


def default(x: Any, y: Any) -> Any:
    """Serve as a signature with two inputs and outputs."""
    return {"a": x * 2.0, "b": tf.cast(y, tf.float32)}


def classify(inputs: Any) -> Any:
    """Serve as a signature of text."""
    return {"scores": tf.zeros([1, 2]), "classes": inputs}


def export(folder: str) -> None:
    """Export a module with signatures and functions of many kinds."""
    spec = tf.TensorSpec
    raw = [spec([None, 28, 28], tf.uint8, name="raw"), spec(None, tf.string)]
    many, one = tf.Module(), tf.constant(1.0)
    many.scale = tf.function(scale)
    many.typed = tf.function(typed, input_signature=raw)
    many.lists = tf.function(lists)
    many.scale(tf.constant([1.0, 2.0]))
    many.scale(one, 5, "b")
    many.lists([one, one], {"a": one})  # the order of two keys is left to chance
    many.bare = many.typed.get_concrete_function()
    two = [spec([None, 4], tf.float32, name="x"), spec([], tf.int64, name="y")]
    text = [spec(None, tf.string, name="inputs")]
    signatures = {
        "serving_default": tf.function(default, input_signature=two),
        "classify": tf.function(classify, input_signature=text),
    }
    tf.saved_model.save(many, folder, signatures=signatures)


def printed(show: Callable[..., None], *args: object) -> str:
    """Return what `show` prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        show(*args)
    return out.getvalue()


def shown(folder: str) -> dict[str, Any]:
    """Return all that the oracle says about a folder."""
    names = cli.get_signature_def_map(folder, "serve")
    return {
        "tag_sets": printed(cli._show_tag_sets, folder),
        "keys": printed(cli._show_signature_def_map_keys, folder, "serve"),
        "signatures": {
            name: printed(cli._show_inputs_outputs, folder, "serve", name)
            for name in names
        },
        "all": printed(cli._show_all, folder),
    }


if __name__ == "__main__":
    export(sys.argv[1])
    json.dump({folder: shown(folder) for folder in sys.argv[1:]}, sys.stdout)
