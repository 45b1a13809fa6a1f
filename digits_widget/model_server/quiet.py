"""Imports TensorFlow fast and without its chatter."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from digits_widget.errors import MissingExtraError, ModelServerError

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
        with _stderr_aside():
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


@contextmanager
def _stderr_aside() -> Iterator[None]:
    """Keep what C++ writes to stderr off the terminal: it comes before any setting."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as aside:
            os.dup2(aside.fileno(), 2)
            yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
