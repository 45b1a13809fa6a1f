"""HTTP as clients and attackers really send it, over bare sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from digits_widget.model_server.rest import http_server
from digits_widget.model_server.rest.http_message import Answer, Request
from digits_widget.model_server.rest.http_server import (
    CORS_HEADERS,
    MAX_INFLATED_BYTES,
    Handler,
    HttpServer,
    InflatedTooLargeError,
    inflate,
)

pytestmark = pytest.mark.server

Found = TypeVar("Found")

BODY = b'{"instances": [2.0]}'
PATH = b"/v1/models/half_plus_two:predict"
GOOD = b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (PATH, len(BODY), BODY)


@pytest.fixture
def dial(wire: Any) -> Iterator[Callable[[], socket.socket]]:
    at = urlsplit(wire.server.rest_url)
    opened = []

    def dialled() -> socket.socket:
        line = socket.create_connection((at.hostname, at.port), timeout=20)
        opened.append(line)
        return line

    yield dialled
    for line in opened:
        line.close()


def receive(line: socket.socket) -> tuple[int, bytes]:
    """Read one answer; status 0 if the connection was closed instead."""
    with line.makefile("rb") as stream:
        first = stream.readline()
        if not first:
            return 0, b""
        length = 0
        while (header := stream.readline().strip()) != b"":
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return int(first.split()[1]), stream.read(length)


def test_a_connection_is_kept_for_many_requests(dial: Any) -> None:
    line = dial()
    for _ in range(3):
        line.sendall(GOOD)
        status, body = receive(line)
        assert (status, json.loads(body)) == (200, {"predictions": [3.0]})


def test_a_chunked_body_is_taken(dial: Any) -> None:
    line = dial()
    chunks = b"5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (
        BODY[:5],
        len(BODY) - 5,
        BODY[5:],
    )
    head = b"POST %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" % PATH
    line.sendall(head + chunks)
    assert receive(line)[0] == 200


def test_a_client_that_asks_first_is_told_to_go_on(dial: Any) -> None:
    line = dial()
    head = b"POST %s HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    line.sendall(head % (PATH, len(BODY)))
    assert line.recv(100).startswith(b"HTTP/1.1 100 ")
    line.sendall(BODY)
    assert receive(line)[0] == 200


def test_http_1_0_closes_the_connection(dial: Any) -> None:
    line = dial()
    line.sendall(GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert receive(line)[0] == 200
    assert line.recv(1) == b""


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n folded: 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: a\r\nContent-Length: 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        # tornado closes without a word.
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 100_000 + b"\r\n\r\n", 0),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", 0),
    ],
)
def test_broken_framing_is_refused_and_the_connection_closed(
    dial: Any, raw: bytes, status: int
) -> None:
    line = dial()
    line.sendall(raw)
    assert receive(line)[0] == status


@pytest.mark.parametrize("raw", [b"", b"GET", b"GET / HTTP/1.1\r\nA: b\r\n", GOOD[:-3]])
def test_a_request_cut_off_harms_nobody(dial: Any, wire: Any, raw: bytes) -> None:
    line = dial()
    line.sendall(raw)
    line.shutdown(socket.SHUT_WR)
    assert receive(line)[0] in {0, 400}
    assert wire.rest("/v1/models/half_plus_two")[0] == 200


def test_clients_that_never_finish_do_not_hold_up_the_others(
    dial: Any, wire: Any
) -> None:
    lazy = [dial() for _ in range(100)]
    for line in lazy:
        line.sendall(GOOD[:-3])
    body = {"instances": [2.0]}
    assert wire.rest("/v1/models/half_plus_two:predict", body)[0] == 200
    lazy[0].sendall(GOOD[-3:])
    assert receive(lazy[0])[0] == 200


def test_inflating_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "MAX_INFLATED_BYTES", 1000)
    assert inflate(gzip.compress(b"a" * 1000)) == b"a" * 1000
    assert inflate(gzip.compress(b"a" * 500) * 2) == b"a" * 1000
    for beyond in (gzip.compress(b"a" * 1001), gzip.compress(b"a" * 501) * 2):
        with pytest.raises(InflatedTooLargeError):
            inflate(beyond)
    assert inflate(b"no gzip") == b""


def test_a_small_body_that_inflates_beyond_the_limit_is_told_the_limit(
    wire: Any,
) -> None:
    brackets = b"[]," * (MAX_INFLATED_BYTES // 3)
    body = gzip.compress(b'{"instances": [' + brackets + b"[]]}")
    assert len(body) < MAX_INFLATED_BYTES // 100
    headers = {"Content-Encoding": "gzip"}
    status, found = wire.rest("/v1/models/half_plus_two:predict", body, headers)
    assert status == 400
    assert f"more than {MAX_INFLATED_BYTES} bytes" in found["error"]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ([b"one"], b"one"),
        ([b"one", b"two"], b"onetwo"),
        ([b"", b"one", b"", b"two" * 100_000], b"one" + b"two" * 100_000),
        ([b""], b""),
        ([b"a"] * 100, b"a" * 100),
        ([b""] * 2000, b""),
    ],
)
def test_every_member_of_a_gzip_body_is_inflated(
    members: list[bytes], found: bytes
) -> None:
    raw = b"".join(map(gzip.compress, members))
    assert inflate(raw) == found
    assert inflate(raw + b"\0\0") == found
    assert inflate(raw[:-1]) == b""


HEADS = [
    b"POST /v1/models/m:predict HTTP/1.1\r\nContent-Length: 3000\r\n\r\n",
    b"POST /v1/models/m:predict HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nbb8\r\n",
]


@pytest.mark.parametrize("head", HEADS, ids=["announced", "chunked"])
def test_a_body_beyond_the_limit_is_told_the_limit(
    monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(http_server, "MAX_BODY_BYTES", 2000)

    def ask(port: int) -> tuple[int, bytes]:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            # All of it, as clients do that read no answer before they have sent.
            line.sendall(head + b" " * 3000 + b"\r\n0\r\n\r\n")
            return receive(line)

    status, body = served(lambda _: Answer(200), ask)
    assert status == 413
    assert "at most 2000 bytes are taken" in json.loads(body)["error"]


def served(handle: Handler, ask: Callable[[int], Found], **options: Any) -> Found:
    """Ask a server of this process, in a thread."""

    async def asked() -> Found:
        server = HttpServer(handle, **options)
        port = server.listen("127.0.0.1", 0)
        try:
            return await asyncio.to_thread(ask, port)
        finally:
            await server.stop(1)

    return asyncio.run(asked())


def test_cors_is_asked_and_answered(dial: Any) -> None:
    line = dial()
    line.sendall(b"OPTIONS /v1/models/x HTTP/1.1\r\nOrigin: http://a\r\n\r\n")
    assert receive(line) == (200, b"")
    line.sendall(b"OPTIONS /v1/models/x HTTP/1.1\r\n\r\n")
    assert receive(line) == (400, b"")


@pytest.mark.parametrize("target", ["/v1/models/m", "/v1/slow", "/v1/broken", "/other"])
def test_every_answer_below_v1_has_the_headers_asked_for(target: str) -> None:
    release = threading.Event()

    def handle(request: Request) -> Answer:
        if request.target == "/v1/slow":
            release.wait(20)
        if request.target == "/v1/broken":
            raise ValueError
        return Answer(200)

    def ask(port: int) -> str:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(f"GET {target} HTTP/1.0\r\n\r\n".encode())
            with line.makefile("rb") as answer:
                return answer.read().partition(b"\r\n\r\n")[0].decode()

    head = served(handle, ask, threads=1, timeout=0.2, headers=CORS_HEADERS)
    release.set()
    found = [name for name, value in CORS_HEADERS.items() if f"{name}: {value}" in head]
    assert found == (list(CORS_HEADERS) if target.startswith("/v1/") else [])
