"""Writes warm-up requests, which TensorFlow Serving runs when it loads a model.

The first request to a model is slow, because TensorFlow plans how to run it. The file
``assets.extra/tf_serving_warmup_requests`` moves that wait before the start: a TFRecord
file of ``PredictionLog`` messages. Their few fields are written here byte by byte, so
that exporting does not need TensorFlow Serving's package.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

_PLACE = Path("assets.extra") / "tf_serving_warmup_requests"

# Numbers of fields in tensorflow_serving/apis: prediction_log.proto, predict.proto,
# model.proto; 1 and 2 are also key and value of a map's entry.
_PREDICT_LOG, _REQUEST = 6, 1
_MODEL_SPEC, _INPUTS = 1, 2
_SIGNATURE_NAME = 3
_KEY, _VALUE = 1, 2


def write_warm_up(
    folder: Path,
    batches: Iterable[NDArray[np.generic]],
    *,
    input_name: str,
    signature: str,
) -> Path:
    """Write one request for each batch.

    Parameters
    ----------
    folder : Path
        Folder of the version.
    batches : iterable of ndarray
        Each (n, ...), in the shape and dtype of the signature's input.
    input_name, signature : str
        Names in the request.
    """
    path = folder / _PLACE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for batch in batches:
            writer.write(
                prediction_log(batch, input_name=input_name, signature=signature)
            )
    return path


def prediction_log(
    images: NDArray[np.generic], *, input_name: str, signature: str
) -> bytes:
    """Return one serialised ``PredictionLog`` with a request and no response.

    Parameters
    ----------
    images : ndarray
        (n, ...), in the shape and dtype of the signature's input.
    input_name, signature : str
        Names in the request.
    """
    tensor = tf.make_tensor_proto(images).SerializeToString()
    entry = _field(_KEY, input_name.encode()) + _field(_VALUE, tensor)
    spec = _field(_SIGNATURE_NAME, signature.encode())
    request = _field(_MODEL_SPEC, spec) + _field(_INPUTS, entry)
    return _field(_PREDICT_LOG, _field(_REQUEST, request))


def _field(number: int, content: bytes) -> bytes:
    """Return a field of the wire type 2: its key, the length, the bytes."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])
