"""Answers one HTTP request: finds the call, makes it, writes what came of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    regression_pb2,
)

from digits_widget.model_server.calls.classify import Classify
from digits_widget.model_server.calls.metadata import FIELD, Metadata
from digits_widget.model_server.calls.regress import Regress
from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.log import say
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.rest.examples import (
    read_examples,
    write_classification,
    write_regression,
)
from digits_widget.model_server.rest.front import failure
from digits_widget.model_server.rest.json_reader import read_json
from digits_widget.model_server.rest.message import Answer, Request
from digits_widget.model_server.rest.predict import predict
from digits_widget.model_server.rest.router import EmptyRefusalError, Route, route

_LARGE_BYTES = 16 * 2**20
"""Of a body, from which on only one is read at a time."""

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
        Where the metrics page is; nothing for no such page.
    timeout : float
        Seconds until a graph is given up.
    """

    library: Library
    status: Status
    metadata: Metadata
    classify: Classify
    regress: Regress
    metrics: Metrics
    metrics_path: str = ""
    timeout: float = 30.0
    _one_large: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> Answer:
        """Answer one request; every refusal becomes an error body."""
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
        except EmptyRefusalError:
            return Answer(400)
        except Refusal as exc:
            return failure(exc.http_status, exc.message)
        return self._measured(found, request.body)

    def _measured(self, found: Route, body: bytes) -> Answer:
        started = time.perf_counter()
        try:
            text = self._call(found, body)
        except Refusal as exc:
            self._count(found, exc.code, started)
            return failure(exc.http_status, exc.message)
        except Exception as exc:  # noqa: BLE001
            # A request never ends the server.
            say(f"internal error: {exc!r}")
            self._count(found, "INTERNAL", started)
            return failure(500, f"internal error: {type(exc).__name__}")
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
            asked = get_model_status_pb2.GetModelStatusRequest(model_spec=spec)
            return json.dumps(_plain(self.status(asked)), indent=1)
        if found.verb == "metadata":
            wanted = get_model_metadata_pb2.GetModelMetadataRequest(
                model_spec=spec, metadata_field=[FIELD]
            )
            return _metadata(self.metadata(wanted))
        with self._room_for(body):
            given = read_json(body)
            if found.verb == "predict":
                with self.library.lend(spec) as servable:
                    return predict(servable, given, self.timeout)
            return self._infer(found.verb, spec, given)

    @contextmanager
    def _room_for(self, body: bytes) -> Iterator[None]:
        """Let one large body in at a time: read, it takes twenty times its size."""
        if len(body) <= _LARGE_BYTES:
            yield
            return
        if not self._one_large.acquire(timeout=self.timeout):
            raise Refusal("DEADLINE_EXCEEDED", "Timed out waiting for notification")
        try:
            yield
        finally:
            self._one_large.release()

    def _infer(
        self, verb: str, spec: model_pb2.ModelSpec, given: Mapping[str, Any]
    ) -> str:
        if verb == "classify":
            classes = classification_pb2.ClassificationRequest(model_spec=spec)
            read_examples(given, classes.model_spec, classes.input)
            labels = self.classify(classes, self.timeout).result
            self.metrics.count_examples(spec.name, len(labels.classifications))
            return write_classification(labels)
        numbers = regression_pb2.RegressionRequest(model_spec=spec)
        read_examples(given, numbers.model_spec, numbers.input)
        values = self.regress(numbers, self.timeout).result
        self.metrics.count_examples(spec.name, len(values.regressions))
        return write_regression(values)


def _spec(found: Route) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=found.name)
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


def _metadata(response: get_model_metadata_pb2.GetModelMetadataResponse) -> str:
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata[FIELD].Unpack(signatures)
    # The key is there twice: once for the metadata's field, once for the message's.
    declared = {FIELD: _plain(signatures)}
    whole = {"model_spec": _plain(response.model_spec), "metadata": declared}
    return json.dumps(whole, indent=1)
