"""Imports TensorFlow fast and without its log lines."""

from __future__ import annotations

import importlib
import os
import sys
import threading

from digits_widget.discard_stderr import discard_stderr
from digits_widget.model_server.engines.choice import NoEngineError
from digits_widget.model_server.log import holding_log

_SETTINGS = {
    # Log fatal messages only, and do not look for graphics cards.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
}
_ONE_AT_A_TIME = threading.Lock()


def import_tensorflow() -> None:
    """Import TensorFlow unless it is already imported.

    Raises
    ------
    NoEngineError
        TensorFlow is installed but cannot be imported.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    # TensorFlow imports Keras and its many dependencies only to register optimizers.
    # Serving does not need them, and starts a quarter faster without them.
    sys.modules.setdefault("keras", None)  # type: ignore[arg-type]
    try:
        with _ONE_AT_A_TIME:
            _import()
    except Exception as exc:
        msg = f"TensorFlow is installed but does not start: {exc}"
        raise NoEngineError(msg) from exc


def _import() -> None:
    if "tensorflow" in sys.modules:
        return
    # `discard_stderr` would also hide lines from other threads: hold them back.
    with holding_log(), discard_stderr():
        tensorflow = importlib.import_module("tensorflow")
    # Some functions that TensorFlow Serving uses are deprecated in Python.
    tensorflow.get_logger().setLevel("ERROR")
