"""The road over REST: the same questions as JSON over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from digits_widget.errors import (
    AnswerError,
    CallCancelledError,
    TooLargeError,
)
from digits_widget.serving.connection import Connection
from digits_widget.serving.examples import Label, Row, json_row
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.question import Outputs, Question
from digits_widget.serving.rest_caller import RestCaller
from digits_widget.serving.rest_json import parse, read_answer, write_question
from digits_widget.serving.rest_metadata import read_metadata, read_status
from digits_widget.serving.servable import Servable
from digits_widget.serving.target import Target
from digits_widget.serving.transport import Know
from digits_widget.serving.version_status import VersionStatus

_IN_FLIGHT = 8


class RestTransport:
    """One pool of HTTP connections, shared by all threads."""

    def __init__(
        self, target: Target, servable: Servable, connection: Connection
    ) -> None:
        self._target = target
        self._servable = servable
        self._connection = connection
        self._caller = RestCaller(target, servable, connection)
        self._prefix = urlsplit(str(target)).path.rstrip("/")
        self._lock = threading.Lock()
        self._workers: ThreadPoolExecutor | None = None
        self._closed = False

    @property
    def target(self) -> str:
        """The address of the REST interface."""
        return str(self._target)

    def encode(self, question: Question) -> bytes:
        """Return the body of a predict request."""
        body = write_question(question)
        if len(body) > self._connection.max_request_bytes:
            msg = (
                f"Got a request of {len(body)} bytes for {self._target}, expected at "
                f"most {self._connection.max_request_bytes}. Send less at once, or "
                "raise max_request_bytes= if the server takes more."
            )
            raise TooLargeError(msg, target=self.target, model=self._servable.name)
        return body

    def decode(self, response: bytes, question: Question) -> Outputs:
        """Return what the body of a predict response says."""
        return Outputs(
            read_answer(response, question),
            model=self._servable.name,
            version=self._servable.version,
            signature=question.signature.name,
        )

    def ask(self, request: bytes, *, timeout: float, know: Know) -> tuple[bytes, float]:
        """Post a predict request and wait."""
        if self._closed:
            raise self.cancelled()
        started = time.perf_counter()
        response = self._post("predict", request, timeout, know)
        return response, time.perf_counter() - started

    def send(self, request: bytes, *, timeout: float, know: Know) -> RestPending:
        """Post a predict request from another thread."""
        with self._lock:
            if self._closed:
                raise self.cancelled()
            if self._workers is None:
                self._workers = ThreadPoolExecutor(_IN_FLIGHT)
            workers = self._workers
        future = workers.submit(self.ask, request, timeout=timeout, know=know)
        return RestPending(future, self)

    def metadata(self, *, timeout: float, know: Know) -> ModelMetadata:
        """Get the metadata page."""
        body = self._caller.call("GET", f"{self._path()}/metadata", None, timeout, know)
        return read_metadata(parse(body), self._servable.name, str(self._target))

    def status(
        self, model: str, *, timeout: float, know: Know
    ) -> tuple[VersionStatus, ...]:
        """Get the status page."""
        path = f"{self._prefix}/v1/models/{quote(model, safe='')}"
        return read_status(parse(self._caller.call("GET", path, None, timeout, know)))

    def classify(
        self,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        know: Know,
    ) -> list[list[Label]]:
        """Post a classify request."""
        body = _body(signature, rows, context)
        results = self._results("classify", body, timeout, know)
        return [
            [Label(str(label), float(score)) for label, score in row] for row in results
        ]

    def regress(
        self,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        know: Know,
    ) -> list[float]:
        """Post a regress request."""
        body = _body(signature, rows, context)
        results = self._results("regress", body, timeout, know)
        return [float(each) for each in results]

    def page(self, path: str, *, timeout: float, know: Know) -> bytes:
        """Get any other page."""
        return self._caller.call("GET", f"{self._prefix}{path}", None, timeout, know)

    def close(self) -> None:
        """Close the connections; what is under way ends with its answer."""
        with self._lock:
            self._closed = True
            workers, self._workers = self._workers, None
        if workers is not None:
            workers.shutdown(wait=False, cancel_futures=True)
        self._caller.close()

    def _results(self, verb: str, body: bytes, timeout: float, know: Know) -> Any:  # noqa: ANN401 - each caller knows what its results are
        answer = parse(self._post(verb, body, timeout, know))
        if not isinstance(answer, Mapping) or "results" not in answer:
            msg = f"Got no results from {self._target}, expected one for each row."
            raise AnswerError(msg, target=self.target, model=self._servable.name)
        return answer["results"]

    def _post(self, verb: str, body: bytes, timeout: float, know: Know) -> bytes:
        return self._caller.call("POST", f"{self._path()}:{verb}", body, timeout, know)

    def _path(self) -> str:
        path = f"{self._prefix}/v1/models/{quote(self._servable.name, safe='')}"
        if self._servable.version is not None:
            return f"{path}/versions/{self._servable.version}"
        if self._servable.label is not None:
            return f"{path}/labels/{quote(self._servable.label, safe='')}"
        return path

    def cancelled(self) -> CallCancelledError:
        """Return the error for a request after `close`."""
        return CallCancelledError(
            f"The client of {self._target} is closed. Make a new one.",
            target=str(self._target),
            model=self._servable.name,
            code="CANCELLED",
        )


@dataclass(frozen=True)
class RestPending:
    """A predict request under way in another thread."""

    future: Future[tuple[bytes, float]]
    transport: RestTransport

    def result(self) -> tuple[bytes, float]:
        """Wait for the answer."""
        try:
            return self.future.result()
        except CancelledError as exc:
            raise self.transport.cancelled() from exc

    def cancel(self) -> None:
        """Give it up if it has not been sent."""
        self.future.cancel()


def _body(signature: str, rows: Sequence[Row], context: Row | None) -> bytes:
    body: dict[str, object] = {"examples": [json_row(row) for row in rows]}
    if signature:
        body["signature_name"] = signature
    if context is not None:
        body["context"] = json_row(context)
    return json.dumps(body).encode()
