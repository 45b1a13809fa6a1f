"""Clients that hold on to a server: each is bounded, and the others do not notice."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.model_server.rest import http_server
from digits_widget.model_server.rest.http_message import Answer, Request
from digits_widget.model_server.rest.http_server import HttpServer
from digits_widget.model_server.turns import LARGE_BYTES

pytestmark = pytest.mark.server

BODY = json.dumps({"instances": np.zeros((1, 28, 28, 1)).tolist()}).encode()
HEAD = b"POST /v1/models/m:predict HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(BODY)


@contextmanager
def serving(
    handler: Callable[[Request], Answer] = lambda _: Answer(200, b"{}"), **options: Any
) -> Iterator[int]:
    """Serve HTTP from a thread of this process; give the port."""
    ready, done = threading.Event(), threading.Event()
    ports = []

    async def serve() -> None:
        server = HttpServer(handler, **options)
        ports.append(server.listen("127.0.0.1", 0))
        ready.set()
        await asyncio.to_thread(done.wait, 60)
        await server.stop(1)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    yield ports[0]
    done.set()
    thread.join(20)


def test_a_small_request_overtakes_large_ones_and_these_run_one_at_a_time() -> None:
    begun, may_end = threading.Semaphore(0), threading.Event()

    def answer(request: Request) -> Answer:
        if len(request.body) >= LARGE_BYTES:
            begun.release()
            may_end.wait(60)
        return Answer(200, b"{}")

    large = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % LARGE_BYTES
    with serving(answer, threads=4) as port, ExitStack() as held:
        # More of them than there are threads.
        lines = [held.enter_context(dial(port)) for _ in range(6)]
        try:
            for line in lines:
                line.sendall(large + bytes(LARGE_BYTES))
            assert begun.acquire(timeout=20)
            with dial(port) as other:
                other.sendall(HEAD + BODY)
                assert status(other) == b"200"
            assert not begun.acquire(blocking=False)
        finally:
            may_end.set()
        assert [status(line) for line in lines] == [b"200"] * 6


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def status(line: socket.socket) -> bytes:
    """Read the status of an answer; nothing if the connection was closed instead."""
    try:
        return line.recv(4096)[9:12]
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("sent", [b"", HEAD[:20], HEAD, HEAD + BODY])
def test_those_who_keep_the_server_waiting_make_room(sent: bytes) -> None:
    with serving(connections=5) as port, ExitStack() as held:
        lines = [held.enter_context(dial(port)) for _ in range(5)]
        for line in lines:
            line.sendall(sent)
            if sent == HEAD + BODY:
                assert status(line) == b"200"
            # One after the other: the first has waited for longest.
            time.sleep(0.05)
        for _ in range(3):
            with dial(port) as other:
                other.sendall(HEAD + BODY)
                assert status(other) == b"200"
        assert status(lines[0]) == b""


@pytest.mark.parametrize(
    ("limit", "sent"), [("HEAD_SECONDS", HEAD[:20]), ("BODY_SECONDS", HEAD + BODY[:5])]
)
def test_what_takes_too_long_is_closed(
    monkeypatch: pytest.MonkeyPatch, limit: str, sent: bytes
) -> None:
    monkeypatch.setattr(http_server, limit, 0.2)
    with serving() as port, dial(port) as line:
        line.sendall(sent)
        assert status(line) == b""


@pytest.fixture
def own() -> Iterator[EmbeddedServer]:
    # The shipped models need no TensorFlow: each of these servers starts at once.
    with EmbeddedServer(model="m") as running:
        yield running


def test_out_of_descriptors_is_said_once(own: EmbeddedServer) -> None:
    pid, port = own.pid, int(own.rest_url.rpartition(":")[2])
    assert pid
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (descriptors + 10, before[1]))
    lines = len(own.log.splitlines())
    with ExitStack() as held:
        for _ in range(40):
            held.enter_context(dial(port))
        time.sleep(3)
        assert len(own.log.splitlines()) - lines < 5
        assert "REST takes no connections for now" in own.log
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    with dial(port) as line:
        line.sendall(HEAD + BODY)
        assert status(line) == b"200"


def test_a_body_that_arrives_while_the_server_stops_is_answered(
    own: EmbeddedServer,
) -> None:
    with dial(int(own.rest_url.rpartition(":")[2])) as line:
        line.sendall(HEAD + BODY[:5])
        time.sleep(0.3)
        stopping = threading.Thread(target=own.stop)
        stopping.start()
        time.sleep(0.5)
        line.sendall(BODY[5:])
        assert status(line) == b"200"
        stopping.join(30)
    assert not own.is_running


@pytest.mark.parametrize("sent", [b"", HEAD + BODY[:5], HEAD + BODY])
def test_no_client_keeps_a_server_from_stopping(
    own: EmbeddedServer, sent: bytes, connect: Callable[[EmbeddedServer], Any]
) -> None:
    connect(own).channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=60)
    with dial(int(own.rest_url.rpartition(":")[2])) as line:
        line.sendall(sent)
        time.sleep(0.3)
        own.stop()
    # It was not killed, which would lose this.
    assert not own.is_running
