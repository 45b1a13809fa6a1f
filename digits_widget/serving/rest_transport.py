"""`RestTransport`: sends the same calls as JSON over HTTP."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from digits_widget.errors import (
    AnswerError,
    CallCancelledError,
    ServingError,
)
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.servable import Servable
from digits_widget.serving.call import Call, Outputs
from digits_widget.serving.connection import Connection
from digits_widget.serving.error_hints import closed_error, cure, too_large_error
from digits_widget.serving.examples import Answers, Label, Method, Row, json_row
from digits_widget.serving.http_calls import HttpCalls
from digits_widget.serving.rest_json import (
    parse,
    read_answer,
    read_metadata,
    read_status,
    write_call,
)
from digits_widget.serving.target import Target
from digits_widget.serving.transport import GetHint

_IN_FLIGHT = 8
_METRICS = "/monitoring/prometheus/metrics"
_COUNTED = re.compile(r'\bmodel_name="([^"]+)"')


class RestTransport:
    """One pool of HTTP connections, shared by all threads."""

    def __init__(
        self, target: Target, servable: Servable, connection: Connection
    ) -> None:
        self._target = target
        self._servable = servable
        self._connection = connection
        self._caller = HttpCalls(target, servable, connection)
        self._prefix = urlsplit(str(target)).path.rstrip("/")
        self._lock = threading.Lock()
        self._workers: ThreadPoolExecutor | None = None
        self._closed = False

    @property
    def target(self) -> str:
        """The address of the REST interface."""
        return str(self._target)

    def encode(self, call: Call) -> bytes:
        """Return the body of a predict request.

        Raises
        ------
        UnsupportedError
            REST cannot carry the type of an array.
        TooLargeError
            The request exceeds the client's limit.
        """
        body = write_call(call)
        if len(body) > self._connection.max_request_bytes:
            size = f"{len(body)} bytes"
            limit = self._connection.max_request_bytes
            raise too_large_error(size, limit, self._target, self._servable)
        return body

    def decode(self, response: bytes, call: Call) -> Outputs:
        """Return the outputs in the body of a predict response.

        Parameters
        ----------
        response, call
            As for `Transport.decode`.
        """
        return Outputs(
            read_answer(response, call),
            model=self._servable.name,
            version=self._servable.version,
            signature=call.signature.name,
        )

    def ask(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> tuple[bytes, float]:
        """Post a predict request and wait for the answer.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.ask`.

        Raises
        ------
        ServingError
            The request failed; the subclass says why.
        """
        if self._closed:
            raise self.closed_error()
        started = time.perf_counter()
        response = self._post("predict", request, timeout, get_hint)
        return response, time.perf_counter() - started

    def send(self, request: bytes, *, timeout: float, get_hint: GetHint) -> RestPending:
        """Post a predict request from another thread, without waiting.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.send`.

        Raises
        ------
        CallCancelledError
            The client is closed.
        """
        with self._lock:
            if self._closed:
                raise self.closed_error()
            if self._workers is None:
                self._workers = ThreadPoolExecutor(_IN_FLIGHT)
            workers = self._workers
        future = workers.submit(self.ask, request, timeout=timeout, get_hint=get_hint)
        return RestPending(future, self)

    def metadata(self, *, timeout: float, get_hint: GetHint) -> ModelMetadata:
        """Get the metadata page.

        Parameters
        ----------
        timeout, get_hint
            As for `Transport.metadata`.
        """
        body = self._caller.call(
            "GET", f"{self._path()}/metadata", None, timeout, get_hint
        )
        return read_metadata(parse(body), self._servable.name, str(self._target))

    def status(
        self, model: str, *, timeout: float, get_hint: GetHint
    ) -> tuple[VersionStatus, ...]:
        """Get the status page.

        Parameters
        ----------
        model, timeout, get_hint
            As for `Transport.status`.
        """
        path = f"{self._prefix}/v1/models/{quote(model, safe='')}"
        body = self._caller.call("GET", path, None, timeout, get_hint)
        return read_status(parse(body), model, str(self._target))

    def infer(
        self,
        method: Method,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        get_hint: GetHint,
    ) -> Answers:
        """Post a classify or regress request.

        Parameters
        ----------
        method, signature, rows, context, timeout, get_hint
            As for `Transport.infer`.

        Raises
        ------
        AnswerError
            The answer has no results.
        """
        body = _body(signature, rows, context)
        answer: Any = parse(self._post(method, body, timeout, get_hint))
        try:
            results = answer["results"]
            return _labels(results) if method == "classify" else _numbers(results)
        except (LookupError, TypeError, ValueError, OverflowError) as exc:
            msg = f"Got no results from {self._target}, expected one for each row."
            raise AnswerError(
                msg, target=self.target, model=self._servable.name
            ) from exc

    def counted_models(self, *, timeout: float) -> set[str]:
        """Return the names of models on the metrics page."""
        path = f"{self._prefix}{_METRICS}"
        try:
            page = self._caller.call("GET", path, None, timeout, cure)
        except ServingError:  # servers have this page only if a flag enables it
            return set()
        return set(_COUNTED.findall(page.decode("utf-8", "replace")))

    def close(self) -> None:
        """Close the connections; requests in progress end with their answer."""
        with self._lock:
            self._closed = True
            workers, self._workers = self._workers, None
        if workers is not None:
            workers.shutdown(wait=False, cancel_futures=True)
        self._caller.close()

    def closed_error(self) -> CallCancelledError:
        """Return the error for a request after `close`."""
        return closed_error(self._target, self._servable)

    def _post(self, verb: str, body: bytes, timeout: float, get_hint: GetHint) -> bytes:
        return self._caller.call(
            "POST", f"{self._path()}:{verb}", body, timeout, get_hint
        )

    def _path(self) -> str:
        path = f"{self._prefix}/v1/models/{quote(self._servable.name, safe='')}"
        if self._servable.version is not None:
            return f"{path}/versions/{self._servable.version}"
        if self._servable.label is not None:
            return f"{path}/labels/{quote(self._servable.label, safe='')}"
        return path


@dataclass(frozen=True)
class RestPending:
    """A predict request in progress in another thread."""

    future: Future[tuple[bytes, float]]
    transport: RestTransport

    def result(self) -> tuple[bytes, float]:
        """Wait for the answer; return it and the seconds it took.

        Raises
        ------
        ServingError
            The request failed, or the client was closed.
        """
        try:
            return self.future.result()
        except CancelledError as exc:
            raise self.transport.closed_error() from exc

    def cancel(self) -> None:
        """Cancel the request unless it was already sent."""
        self.future.cancel()


def _body(signature: str, rows: Sequence[Row], context: Row | None) -> bytes:
    body: dict[str, object] = {"examples": [json_row(row) for row in rows]}
    if signature:
        body["signature_name"] = signature
    if context is not None:
        body["context"] = json_row(context)
    return json.dumps(body).encode()


def _labels(results: Any) -> list[list[Label]]:  # noqa: ANN401 - from JSON
    return [
        [Label(str(label), float(score)) for label, score in row] for row in results
    ]


def _numbers(results: Any) -> list[float]:  # noqa: ANN401 - from JSON
    return [float(each) for each in results]
