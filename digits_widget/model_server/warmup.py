"""Replays the warm-up requests of a version before it answers clients.

The requests are in ``assets.extra/tf_serving_warmup_requests``, a TFRecord file of
``PredictionLog`` messages. The first run of a graph is slow; after a warm-up, clients
do not notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from google.protobuf.message import DecodeError

from digits_widget.model_server.calls import classify, regress
from digits_widget.model_server.calls.examples import signature_of
from digits_widget.model_server.calls.multi_inference import infer_all
from digits_widget.model_server.calls.predict import predict
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.status_error import StatusError
from digits_widget.model_server.tfrecord import RecordError, read_records
from digits_widget.protocol.messages import (
    ClassificationResult,
    PredictionLog,
    Proto,
    RegressionResult,
)

FILE = Path("assets.extra") / "tf_serving_warmup_requests"
MAX_RECORDS = 1000
_MAX_ITERATIONS = 1000


def warm_up(servable: Servable, folder: Path, *, iterations: int = 1) -> int:
    """Replay a version's warm-up file, if it has one.

    Parameters
    ----------
    servable : Servable
        The version. Model names and versions inside the requests have no effect.
    folder : Path
        The version's folder.
    iterations : int
        Number of times to replay each request.

    Returns
    -------
    int
        Number of requests in the file.

    Raises
    ------
    StatusError
        A request fails or the file is damaged, so the version does not load.
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


def _records(path: Path) -> Iterator[Proto]:
    try:
        for raw in read_records(path):
            yield PredictionLog.FromString(raw)
    except (OSError, RecordError, DecodeError) as exc:
        msg = (
            f"Failed to read warmup data from {path}: {exc}. Please verify your "
            "warmup data is in TFRecord format."
        )
        raise StatusError("DATA_LOSS", msg) from exc


def _replay(servable: Servable, log: Proto) -> None:
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        predict(servable, log.predict_log.request)
    elif kind == "classify_log":
        request = log.classify_log.request
        signature = signature_of(servable, request.model_spec.signature_name)
        classify.check_signature(signature, check_method=False)
        result = ClassificationResult()
        classify.classify(servable, signature, request.input, result, None)
    elif kind == "regress_log":
        asked = log.regress_log.request
        signature = signature_of(servable, asked.model_spec.signature_name)
        regress.check_signature(signature, check_method=False)
        values = RegressionResult()
        regress.regress(servable, signature, asked.input, values, None)
    elif kind == "multi_inference_log":
        infer_all(servable, log.multi_inference_log.request)
    else:
        msg = f"Unsupported log_type for warmup: {kind}"
        raise StatusError("UNIMPLEMENTED", msg)
