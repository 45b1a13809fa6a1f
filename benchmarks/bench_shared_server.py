"""How long a stroke waits while others send batches to the same model server.

One client sends single images, with a pause between, as a drawing hand does. Beside it
0, 1 and 4 others send batches of 784 images in a loop, as "every pixel" does. Clients
are processes, so that none waits for another's Python.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import grpc
import numpy as np

from benchmarks.bench_server import PREDICT, VERSION
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.model_server.shipped import SHIPPED
from digits_widget.protocol.messages import PredictRequest
from digits_widget.protocol.tensors import write_tensor

OTHERS = (0, 1, 4)
BATCH = 784
SECONDS = 6.0
PAUSE = 0.005
WARM_UP = 20

_SPAWN = multiprocessing.get_context("spawn")


def main() -> None:
    """Print the waits in milliseconds, and how many batches were answered beside."""
    for engine in ("LiteRT", "TensorFlow"):
        with _server(engine) as target:
            alone = _waits(engine, target, OTHERS[0])
            for others in OTHERS[1:]:
                waits = _waits(engine, target, others)
                print(f"    times as long as alone {waits / alone:8.1f}")


@contextmanager
def _server(engine: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        # Beside the package TensorFlow is the engine that runs any version.
        shutil.copytree(SHIPPED / VERSION, Path(folder) / VERSION)
        with EmbeddedServer(None if engine == "LiteRT" else folder) as server:
            yield server.target


def _waits(engine: str, target: str, others: int) -> float:
    """Print the waits of single images beside so many others; return the median."""
    stop = _SPAWN.Event()
    counts = [_SPAWN.Value("i", 0) for _ in range(others)]
    peers = [
        _SPAWN.Process(target=_send_batches, args=(target, stop, count))
        for count in counts
    ]
    for peer in peers:
        peer.start()
    while not all(count.value for count in counts):
        time.sleep(0.05)
    before = sum(count.value for count in counts)
    found = sorted(_draw(target))
    rate = (sum(count.value for count in counts) - before) / SECONDS
    stop.set()
    for peer in peers:
        peer.join()
    median, late = (1e3 * found[int(share * len(found))] for share in (0.5, 0.95))
    print(f"{engine}, {others} send batches of {BATCH}: {rate:.1f} batches a second")
    print(f"    a stroke waits {median:8.1f} ms, p50 {late:8.1f} ms, p95")
    return median


def _draw(target: str) -> list[float]:
    data = _request(1)
    found = []
    with grpc.insecure_channel(target) as channel:
        call = channel.unary_unary(PREDICT, None, None)
        for _ in range(WARM_UP):
            call(data)
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            started = time.perf_counter()
            call(data)
            found.append(time.perf_counter() - started)
            time.sleep(PAUSE)
    return found


def _send_batches(target: str, stop: Event, count: Synchronized[int]) -> None:
    data = _request(BATCH)
    with grpc.insecure_channel(target) as channel:
        call = channel.unary_unary(PREDICT, None, None)
        while not stop.is_set():
            call(data)
            count.value += 1


def _request(images: int) -> bytes:
    request = PredictRequest()
    request.model_spec.name = "digits"
    request.model_spec.version.value = int(VERSION)
    values = np.random.default_rng(0).random((images, 28, 28, 1), np.float32)
    write_tensor(request.inputs["conv2d_1_input"], values)
    data: bytes = request.SerializeToString()
    return data


if __name__ == "__main__":
    main()
