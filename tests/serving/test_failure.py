"""Absent servers, wrong ports, restarts and several servers, on real sockets."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any, cast

import grpc
import numpy as np
import pytest

from digits_widget.errors import (
    DeadlineError,
    ServerAbsentError,
    ServerUnavailableError,
    WrongPortError,
)
from digits_widget.serving import Client
from digits_widget.serving.probe import Found, probe
from digits_widget.serving.target import Target
from tests.serving.name_server import NameServer
from tests.serving.scripted_server import ScriptedServer, numbered

IMAGE = np.full((28, 28), 0.25, np.float32)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        port: int = probe_socket.getsockname()[1]
        return port


@contextlib.contextmanager
def talker(words: bytes | None) -> Iterator[str]:
    """Listen, and answer everybody with `words`; None hangs up, b"" says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                if words is None:
                    connection.close()
                    continue
                kept.append(connection)
                connection.sendall(words)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in kept:
            connection.close()


@contextlib.contextmanager
def web() -> Iterator[str]:
    """Start a web server, as the REST port of a model server is one."""

    class Quiet(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_absent_server_is_told_long_before_the_deadline() -> None:
    started = time.perf_counter()
    with (
        Client(f"127.0.0.1:{free_port()}", timeout=60) as client,
        pytest.raises(ServerAbsentError, match="digits-widget serve") as caught,
    ):
        client.predict(IMAGE)
    # Not a measure of speed: sixty seconds is what it must not take.
    assert time.perf_counter() - started < 10
    assert caught.value.target == client.target
    assert caught.value.code == "UNAVAILABLE"


def test_a_name_nobody_knows_is_told_as_absent() -> None:
    with (
        Client("nobody.invalid:8500", timeout=5) as client,
        pytest.raises(ServerUnavailableError),
    ):
        client.predict(IMAGE)


def test_a_web_server_is_told_as_the_wrong_port() -> None:
    with web() as target, Client(target, timeout=60) as client:
        with pytest.raises(WrongPortError, match="8501") as caught:
            client.predict(IMAGE)
        assert caught.value.target == target
        with pytest.raises(WrongPortError):
            client.wait_until_ready(60)


@pytest.mark.parametrize("words", [None, b"", b"220 mail.example ESMTP\r\n", b"\0\0\0"])
def test_what_does_not_speak_grpc_is_told_as_the_wrong_port(
    words: bytes | None,
) -> None:
    with (
        talker(words) as target,
        Client(target, timeout=1) as client,
        pytest.raises(WrongPortError, match=r"does not answer as gRPC would"),
    ):
        client.predict(IMAGE)


def test_the_probe_knows_a_server_of_grpc(scripted: ScriptedServer) -> None:
    assert probe(Target(scripted.target)) is Found.GRPC
    absent = f"127.0.0.1:{free_port()}"
    assert probe(Target(absent)) is Found.NOTHING
    assert probe(Target(f"ipv4:{scripted.target},{absent}")) is Found.UNCLEAR


def test_a_brief_restart_is_survived_by_asking_again() -> None:
    port = free_port()
    server = ScriptedServer(port=port).start()
    with Client(server.target) as client:
        client.predict(IMAGE)
        server.stop()
        coming = threading.Timer(0.15, lambda: servers.append(restart(port)))
        servers: list[ScriptedServer] = []
        coming.start()
        assert client.predict(IMAGE).version == 1
        coming.join()
    servers[0].stop()


def restart(port: int) -> ScriptedServer:
    return ScriptedServer(port=port).start()


def test_a_long_restart_is_waited_for_if_asked_to() -> None:
    port = free_port()
    servers: list[ScriptedServer] = []
    coming = threading.Timer(1.5, lambda: servers.append(restart(port)))
    coming.start()
    with Client(f"127.0.0.1:{port}", wait_for_ready=True, timeout=60) as client:
        assert client.predict(IMAGE).version == 1
    coming.join()
    servers[0].stop()


def test_waiting_for_a_server_that_comes_later() -> None:
    port = free_port()
    servers: list[ScriptedServer] = []
    coming = threading.Timer(1.5, lambda: servers.append(restart(port)))
    coming.start()
    with Client(f"127.0.0.1:{port}", timeout=1) as client:
        assert client.wait_until_ready(60).version == 1
    coming.join()
    servers[0].stop()


def test_waiting_in_vain_tells_what_was_last_seen() -> None:
    with (
        Client(f"127.0.0.1:{free_port()}") as client,
        pytest.raises(DeadlineError, match="is not running") as caught,
    ):
        client.wait_until_ready(0.5)
    assert isinstance(caught.value.__cause__, ServerAbsentError)


def test_a_name_and_a_unix_socket_are_addresses_too(
    scripted: ScriptedServer, tmp_path: Path
) -> None:
    with Client(f"dns:///localhost:{scripted.port}") as client:
        assert client.predict(IMAGE).version == 1
    path = tmp_path / "socket"
    with (
        ScriptedServer(address=f"unix:{path}"),
        Client(f"unix:{path}") as client,
    ):
        assert client.predict(IMAGE).version == 1
    with (
        Client(f"unix:{tmp_path}/nobody") as client,
        pytest.raises(ServerUnavailableError),
    ):
        client.predict(IMAGE)


def test_nothing_is_printed_when_a_server_goes_away() -> None:
    script = """
import sys
import numpy as np
from digits_widget.errors import ServingError
from digits_widget.serving import Client
from tests.serving.scripted_server import ScriptedServer
image = np.zeros((28, 28))
with ScriptedServer() as server, Client(server.target) as client:
    client.predict(image)
    server.stop()
    try:
        client.predict(image)
    except ServingError:
        sys.exit(0)
sys.exit("the second call went through")
"""
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{here.parents[1]}"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_load_is_spread_over_all_servers() -> None:
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(ScriptedServer()) for _ in range(3)]
        target = "ipv4:" + ",".join(server.target for server in servers)
        with Client(target) as client:
            # Connections come up one by one: ask until all three have been met.
            while min(server.count("Predict") for server in servers) == 0:
                client.predict(IMAGE)
            before = [server.count("Predict") for server in servers]
            for _ in range(30):
                client.predict(IMAGE)
        after = [server.count("Predict") for server in servers]
    assert [b - a for a, b in zip(before, after, strict=True)] == [10, 10, 10]


@contextlib.contextmanager
def processes(*where: str) -> Iterator[tuple[list[subprocess.Popen[str]], str]]:
    """Start servers that can be killed; give them and the target that means all."""
    script = str(Path(__file__).with_name("scripted_server.py"))
    root = str(Path(__file__).parents[2])
    started = [
        subprocess.Popen(
            [sys.executable, script, address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": root},
        )
        for address in where
    ]
    try:
        addresses = [
            cast("IO[str]", each.stdout).readline().strip() for each in started
        ]
        yield started, "ipv4:" + ",".join(addresses)
    finally:
        for each in started:
            each.kill()
            each.communicate()


def test_the_death_of_one_of_three_fails_no_call() -> None:
    with (
        processes("", "", "") as (servers, target),
        Client(target, max_batch=2, timeout=60) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        client.wait_until_ready(30)
        asked = [pool.submit(client.predict, numbered(20)) for _ in range(40)]
        asked[4].result()
        servers[0].kill()
        for each in asked:
            assert [p.confidences[1] for p in each.result()] == pytest.approx(
                np.arange(20) / 20, abs=1e-6
            )
        servers[1].kill()
        assert len(client.predict(numbered(50))) == 50


@pytest.mark.skipif(
    sys.platform == "darwin", reason="macOS has no 127.0.0.2 unless it is told to"
)
def test_a_name_with_three_addresses_is_three_servers_and_one_may_die() -> None:
    hosts, port = [f"127.0.0.{number}" for number in (1, 2, 3)], free_port()
    with (
        processes(*(f"{host}:{port}" for host in hosts)) as (servers, _),
        NameServer(hosts) as names,
        Client(f"dns://127.0.0.1:{names.port}/digits.test:{port}") as client,
    ):
        client.wait_until_ready(30)
        met: set[str] = set()
        # Connections come up one by one: ask until all three have been met.
        while len(met) < 3:
            met.add(client.predict(IMAGE).model)
        servers[1].kill()
        servers[1].wait()
        met = {client.predict(IMAGE).model for _ in range(30)}
    assert met == {hosts[0], hosts[2]}


def test_a_server_that_stops_in_the_middle_of_calls_fails_none() -> None:
    waiting, stopped = threading.Barrier(5), threading.Event()

    def wait(request: Any, context: grpc.ServicerContext) -> Any:
        if not stopped.is_set():
            waiting.wait(30)
            stopped.wait(30)
        return first.predict(request, context)

    first = ScriptedServer(answers={"Predict": wait})
    with first, ThreadPoolExecutor(4) as pool, Client(first.target) as client:
        client.metadata()
        asked = [pool.submit(client.predict, IMAGE) for _ in range(4)]
        waiting.wait(30)
        # The calls under way end as UNAVAILABLE, and are asked again by themselves.
        first.stop()
        stopped.set()
        with ScriptedServer(port=first.port):
            for each in asked:
                assert each.result(30).confidences[1] == pytest.approx(0.25)
