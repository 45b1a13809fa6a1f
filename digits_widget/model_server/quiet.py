"""Imports TensorFlow fast and without its chatter."""

from __future__ import annotations

import importlib
import os
import sys

from digits_widget.errors import MissingExtraError, ModelServerError
from digits_widget.stderr_aside import stderr_aside

_SETTINGS = {
    # Fatal messages only, and no search for graphics cards.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "GRPC_VERBOSITY": "NONE",
}


def import_tensorflow() -> None:
    """Import TensorFlow and the serving messages.

    Raises
    ------
    MissingExtraError
        They are not installed.
    ModelServerError
        They are installed and do not work.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    # TensorFlow imports Keras, and with it much else, only to register optimizers.
    # Serving needs none of it, and starts a quarter faster.
    sys.modules.setdefault("keras", None)  # type: ignore[arg-type]
    try:
        with stderr_aside():
            tensorflow = importlib.import_module("tensorflow")
            importlib.import_module("tensorflow_serving.apis.prediction_service_pb2")
        # Some of what TensorFlow Serving does has no undeprecated Python name.
        tensorflow.get_logger().setLevel("ERROR")
    except ModuleNotFoundError as exc:
        msg = (
            f"The model server needs {exc.name}, which is not installed. "
            'Install it: pip install "digits-widget[server]"'
        )
        raise MissingExtraError(msg) from exc
    except Exception as exc:
        msg = f"TensorFlow is installed but does not start: {exc}"
        raise ModelServerError(msg) from exc
