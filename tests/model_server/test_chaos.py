"""Eight threads ask without pause while all that can happen to a server happens.

Nothing may be lost: every call gets an answer. Nothing may be wrong: every answer is
that of the version that it says it is from.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.serving import Client

pytestmark = pytest.mark.server

THREADS = 8
ADDED = {1: 1.0, 2: 20.0, 3: 300.0}
"""What each version adds to half its input."""


class Proxy:
    """A wire that can be cut: passes bytes on, until `cut` ends all connections."""

    def __init__(self, target: str) -> None:
        host, port = target.rsplit(":", 1)
        self._server = (host, int(port))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.target = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> int:
        """End every connection; return how many there were."""
        with self._lock:
            ended, self._open = self._open, []
        for each in ended:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        return len(ended)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        # A connection that it has just accepted is to be closed, too.
        self._thread.join()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = socket.create_connection(self._server)
                except OSError:
                    near.close()
                    continue
                with self._lock:
                    self._open += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Askers:
    """Threads that ask and keep count of the versions, and of what went wrong."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stop = threading.Event()
        self.versions: Counter[int | None] = Counter()
        self.wrong: list[str] = []
        self._threads = [
            threading.Thread(target=self._ask, args=(seed,)) for seed in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def _ask(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self._stop.is_set():
            x = random.integers(0, 1000, 3).astype(np.float32)
            try:
                answer = self._client.predict_raw({"x": x[:, None]})
                y = np.ravel(answer["y"])
            except Exception as exc:  # noqa: BLE001 - whatever it is, it is a loss
                self.wrong.append(repr(exc))
                continue
            version = answer.version
            if version is None or not np.array_equal(y, x / 2 + ADDED[version]):
                self.wrong.append(f"{version} made {y} of {x}")
            self.versions[version] += 1

    def wait_for(self, version: int, *, calls: int = 50) -> None:
        """Wait until `version` has answered so many calls more."""
        wanted = self.versions[version] + calls
        end = time.monotonic() + 120
        while self.versions[version] < wanted:
            assert time.monotonic() < end, (self.versions, self.wrong[:3])
            time.sleep(0.01)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def base(tmp_path: Path, half_plus: Callable[..., None]) -> Path:
    half_plus(tmp_path / "model" / "1", add=ADDED[1])
    for version in (2, 3):
        half_plus(tmp_path / f"next-{version}", add=ADDED[version])
    return tmp_path / "model"


@pytest.fixture
def server(base: Path) -> Iterator[EmbeddedServer]:
    flags = ["--file_system_poll_wait_seconds=0.2"]
    with EmbeddedServer(base, model="half", flags=flags) as running:
        yield running


def publish(base: Path, version: int) -> None:
    (base.parent / f"next-{version}").rename(base / str(version))


def test_nothing_is_lost_or_wrong(base: Path, server: EmbeddedServer) -> None:
    proxy = Proxy(server.target)
    with Client(proxy.target, model="half", timeout=100, wait_for_ready=True) as client:
        askers = Askers(client)
        try:
            askers.wait_for(1)
            assert proxy.cut()
            askers.wait_for(1)
            publish(base, 2)
            askers.wait_for(2)
            assert server.pid
            os.kill(server.pid, signal.SIGKILL)
            publish(base, 3)
            while server.is_running:
                time.sleep(0.01)
            server.start()
            askers.wait_for(3)
            assert proxy.cut()
            askers.wait_for(3)
        finally:
            askers.stop()
            proxy.close()
    assert askers.wrong == []
    assert set(askers.versions) == set(ADDED)
