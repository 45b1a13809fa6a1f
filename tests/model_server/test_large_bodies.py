"""Large bodies over REST: what they take in memory is taken by one at a time."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.metrics import Metrics
from digits_widget.model_server.refusal import invalid
from digits_widget.model_server.rest import front, handler
from digits_widget.model_server.rest.handler import RestHandler
from digits_widget.model_server.rest.message import Answer, Request

CALLERS = 4
TARGET = "/v1/models/m:predict"


class Reader:
    """Reads JSON when `together` do so, and knows how many did at the same time."""

    def __init__(self, together: int) -> None:
        self.most = self.now = 0
        self._lock = threading.Lock()
        self._all = threading.Barrier(together)

    def __call__(self, _: bytes) -> Any:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self._all.wait(20)
        # One too many would come now.
        threading.Event().wait(0.1)
        with self._lock:
            self.now -= 1
        msg = "read"
        raise invalid(msg)


def answering(timeout: float = 20) -> RestHandler:
    unused: Any = None
    metrics = Metrics(lambda _: False)
    return RestHandler(
        Library(), unused, unused, unused, unused, metrics, timeout=timeout
    )


@pytest.mark.parametrize(("size", "together"), [(1, CALLERS), (11, 1)])
def test_large_bodies_are_read_one_at_a_time(
    monkeypatch: pytest.MonkeyPatch, size: int, together: int
) -> None:
    read = Reader(together)
    monkeypatch.setattr(handler, "read_json", read)
    monkeypatch.setattr(handler, "_LARGE_BYTES", 10)
    request = Request("POST", TARGET, {}, b" " * size)
    with ThreadPoolExecutor(CALLERS) as callers:
        answers = list(callers.map(answering(), [request] * CALLERS))
    assert read.most == together
    assert [answer.status for answer in answers] == [400] * CALLERS


def test_a_large_body_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "_LARGE_BYTES", 10)
    answer = answering(timeout=0.01)
    answer._one_large.acquire()
    found = answer(Request("POST", TARGET, {}, b" " * 11))
    assert found.status == 504


def test_a_body_is_inflated_by_the_thread_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = []

    def inflated(body: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return body

    monkeypatch.setattr(front, "inflate", inflated)
    server = front.RestFront(lambda _: Answer(200), threads=1, timeout=5)
    port = server.listen("127.0.0.1", 0)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("POST", TARGET, b"body", {"Content-Encoding": "gzip"})
    line.getresponse().read()
    line.close()
    server.stop(1)
    assert [name.startswith("rest") for name in threads] == [True]
