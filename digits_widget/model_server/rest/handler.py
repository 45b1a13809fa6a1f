"""Answers an HTTP request: finds the call, makes it, and writes the result as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format

from digits_widget.model_server.calls.classify import Classify
from digits_widget.model_server.calls.metadata import FIELD, Metadata
from digits_widget.model_server.calls.regress import Regress
from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.log import log
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.rest.examples import (
    read_examples,
    write_classification,
    write_regression,
)
from digits_widget.model_server.rest.http_message import Answer, Request, error_answer
from digits_widget.model_server.rest.json_reader import read_json
from digits_widget.model_server.rest.predict import predict
from digits_widget.model_server.rest.router import EmptyStatusError, Route, route
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.messages import (
    ClassificationRequest,
    GetModelMetadataRequest,
    GetModelStatusRequest,
    ModelSpec,
    Proto,
    RegressionRequest,
    SignatureDefMap,
)

_NOT_FOUND = (
    b"<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n"
    b"<H1>Not Found</H1>\n</BODY></HTML>\n"
)


@dataclass(frozen=True)
class RestHandler:
    """Answers HTTP requests.

    Parameters
    ----------
    library : Library
        The models, for predict.
    status, metadata, classify, regress : callable
        The calls that REST shares with gRPC.
    metrics : Metrics
        Counts requests.
    metrics_path : str
        Path of the metrics page; empty for no such page.
    timeout : float
        Seconds until a graph must have ended.
    """

    library: Library
    status: Status
    metadata: Metadata
    classify: Classify
    regress: Regress
    metrics: Metrics
    metrics_path: str = ""
    timeout: float = 30.0

    def __call__(self, request: Request) -> Answer:
        """Answer one request; every error becomes an error body."""
        if self.metrics_path and request.target == self.metrics_path:
            return Answer(200, self.metrics.page().encode(), "text/plain")
        if not request.target.lower().startswith("/v1/"):
            return Answer(404, _NOT_FOUND, "text/html")
        if request.method == "OPTIONS":
            origin = request.headers.get("origin", "")
            known = "http://" in origin or "https://" in origin
            return Answer(200 if known else 400)
        try:
            found = route(request.method, request.target)
        except EmptyStatusError:
            return Answer(400)
        except StatusError as exc:
            return error_answer(exc.http_status, exc.message)
        return self._measured(found, request.body)

    def _measured(self, found: Route, body: bytes) -> Answer:
        started = time.perf_counter()
        try:
            text = self._call(found, body)
        except StatusError as exc:
            self._count(found, exc.code, started)
            return error_answer(exc.http_status, exc.message)
        except Exception as exc:  # noqa: BLE001
            # A request must never end the server.
            log(f"internal error: {exc!r}")
            self._count(found, "INTERNAL", started)
            return error_answer(500, f"internal error: {type(exc).__name__}")
        self._count(found, "OK", started)
        return Answer(200, text.encode("utf-8", "surrogateescape") + b"\n")

    def _count(self, found: Route, code: str, started: float) -> None:
        if found.verb in {"predict", "classify", "regress"}:
            self.metrics.count(
                found.name, found.verb, "REST", code, time.perf_counter() - started
            )

    def _call(self, found: Route, body: bytes) -> str:
        spec = _spec(found)
        if found.verb == "status":
            asked = GetModelStatusRequest(model_spec=spec)
            return json.dumps(_plain(self.status(asked)), indent=1)
        if found.verb == "metadata":
            wanted = GetModelMetadataRequest(model_spec=spec, metadata_field=[FIELD])
            return _metadata(self.metadata(wanted))
        given = read_json(body)
        if found.verb == "predict":
            with self.library.acquire(spec) as servable:
                return predict(servable, given, self.timeout)
        return self._infer(found.verb, spec, given)

    def _infer(self, verb: str, spec: Proto, given: Mapping[str, Any]) -> str:
        if verb == "classify":
            classes = ClassificationRequest(model_spec=spec)
            read_examples(given, classes.model_spec, classes.input)
            labels = self.classify(classes, self.timeout).result
            self.metrics.count_examples(spec.name, len(labels.classifications))
            return write_classification(labels)
        numbers = RegressionRequest(model_spec=spec)
        read_examples(given, numbers.model_spec, numbers.input)
        values = self.regress(numbers, self.timeout).result
        self.metrics.count_examples(spec.name, len(values.regressions))
        return write_regression(values)


def _spec(found: Route) -> Proto:
    spec = ModelSpec(name=found.name)
    if found.version is not None:
        spec.version.value = found.version
    if found.label is not None:
        spec.version_label = found.label
    return spec


def _plain(message: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )
    return plain


def _metadata(response: Proto) -> str:
    signatures = SignatureDefMap()
    response.metadata[FIELD].Unpack(signatures)
    # The key occurs twice: for the field of the metadata, and of the message inside.
    declared = {FIELD: _plain(signatures)}
    whole = {"model_spec": _plain(response.model_spec), "metadata": declared}
    return json.dumps(whole, indent=1)
