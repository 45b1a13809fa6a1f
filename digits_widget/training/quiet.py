"""Imports Keras without the chatter of the libraries below it."""

from __future__ import annotations

import importlib
import logging
import os
from types import ModuleType

from digits_widget.errors import MissingExtraError
from digits_widget.stderr_aside import stderr_aside


def import_keras() -> ModuleType:
    """Import Keras and TensorFlow; of their notes only errors are shown.

    Returns
    -------
    module
        ``keras``.

    Raises
    ------
    MissingExtraError
        They are not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with stderr_aside():
            keras = importlib.import_module("keras")
            importlib.import_module("tensorflow").get_logger().setLevel("ERROR")
    except ModuleNotFoundError as exc:
        msg = (
            f"This needs {exc.name}, which is not installed. Install it: "
            'pip install "digits-widget[training]"'
        )
        raise MissingExtraError(msg) from exc
    # Keras calls HDF5 a thing of the past whenever it is asked to write it.
    logging.getLogger("absl").setLevel("ERROR")
    return keras
