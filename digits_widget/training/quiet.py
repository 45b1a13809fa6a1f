"""Imports and calls Keras without the log lines and warnings of its libraries."""

from __future__ import annotations

import importlib
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from digits_widget.discard_stderr import discard_stderr
from digits_widget.errors import MissingExtraError


def import_keras() -> ModuleType:
    """Import Keras and TensorFlow, showing only their errors.

    Returns
    -------
    module
        ``keras``.

    Raises
    ------
    MissingExtraError
        Keras or TensorFlow is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with discard_stderr():
        keras = _import("keras")
        _import("tensorflow").get_logger().setLevel("ERROR")
    # Keras warns that HDF5 is a legacy format whenever it writes it.
    logging.getLogger("absl").setLevel("ERROR")
    return keras


def import_tf_keras() -> ModuleType:
    """Import tf_keras, which is Keras 2; ``tf.keras`` stays Keras 3.

    Returns
    -------
    module
        ``tf_keras``.

    Raises
    ------
    MissingExtraError
        tf_keras is not installed.
    """
    import_keras()
    with discard_stderr():
        return _import("tf_keras")


@contextmanager
def without_warnings() -> Iterator[None]:
    """Hide the warnings of a library: this room raises or checks what matters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        msg = (
            f"This needs {exc.name}, which is not installed. Install it: "
            'pip install "digits-widget[training]"'
        )
        raise MissingExtraError(msg) from exc
