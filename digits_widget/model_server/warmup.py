"""Replays the requests that came with a version, before it answers anybody else's.

They sit in ``assets.extra/tf_serving_warmup_requests``: a TFRecord file of
``PredictionLog`` messages. The first run of a graph is slow; this makes it nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis import (
    classification_pb2,
    prediction_log_pb2,
    regression_pb2,
)

from digits_widget.model_server.calls import classify, regress
from digits_widget.model_server.calls.inference import signature_of
from digits_widget.model_server.calls.multi_inference import infer_all
from digits_widget.model_server.calls.predict import predict
from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.servables.servable import Servable

FILE = Path("assets.extra") / "tf_serving_warmup_requests"
MAX_RECORDS = 1000
_MAX_ITERATIONS = 1000


def warm_up(servable: Servable, folder: Path, *, iterations: int = 1) -> int:
    """Replay a version's warm-up file, if it has one.

    Parameters
    ----------
    servable : Servable
        The version. Names and versions inside the requests mean nothing.
    folder : Path
        Its folder.
    iterations : int
        How often each request is replayed.

    Returns
    -------
    int
        How many requests there were.

    Raises
    ------
    Refusal
        A request that fails, or a file that is damaged: the version does not load.
    """
    path = folder / FILE
    if not path.is_file():
        return 0
    count = 0
    for record in islice(_records(path), MAX_RECORDS):
        for _ in range(max(1, min(iterations, _MAX_ITERATIONS))):
            _replay(servable, record)
        count += 1
    return count


def _records(path: Path) -> Iterator[prediction_log_pb2.PredictionLog]:
    try:
        for raw in tf.compat.v1.io.tf_record_iterator(str(path)):
            yield prediction_log_pb2.PredictionLog.FromString(raw)
    except (tf.errors.OpError, DecodeError) as exc:
        msg = (
            f"Failed to read warmup data from {path}: {exc}. Please verify your "
            "warmup data is in TFRecord format."
        )
        raise Refusal("DATA_LOSS", msg) from exc


def _replay(servable: Servable, log: prediction_log_pb2.PredictionLog) -> None:
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        predict(servable, log.predict_log.request)
    elif kind == "classify_log":
        request = log.classify_log.request
        signature = signature_of(servable, request.model_spec.signature_name)
        classify.check_signature(signature, check_method=False)
        result = classification_pb2.ClassificationResult()
        classify.classify(servable, signature, request.input, result, None)
    elif kind == "regress_log":
        asked = log.regress_log.request
        signature = signature_of(servable, asked.model_spec.signature_name)
        regress.check_signature(signature, check_method=False)
        values = regression_pb2.RegressionResult()
        regress.regress(servable, signature, asked.input, values, None)
    elif kind == "multi_inference_log":
        infer_all(servable, log.multi_inference_log.request)
    else:
        msg = f"Unsupported log_type for warmup: {kind}"
        raise Refusal("UNIMPLEMENTED", msg)
