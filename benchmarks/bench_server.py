"""The model server on both engines against what it could be at best, in one run.

- one image: Predict against an echo of the same bytes by the same gRPC server;
- ten thousand images in batches through gRPC, LiteRT against TensorFlow.

Rounds alternate and medians are compared, so that a busy machine disturbs all alike.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
import numpy as np

from digits_widget.model_server.shipped import SHIPPED
from digits_widget.protocol.messages import PredictRequest
from digits_widget.protocol.tensors import write_tensor

ROUNDS = 8
CALLS = 150
IMAGES = 10_000
BATCH = 500
IN_FLIGHT = (os.cpu_count() or 1) + 1
VERSION = "2"
"""The shipped version that answers who names none."""

PREDICT = "/tensorflow.serving.PredictionService/Predict"
ECHO = "/benchmark/Echo"

ENGINES = {"LiteRT": 1.6, "TensorFlow": 2.1}
"""How many times an echo a Predict should take at most."""

Call = Callable[[bytes], Any]


def main() -> None:
    """Print the ratios, with the targets that they should reach."""
    with ExitStack() as running:
        calls = {engine: running.enter_context(_calls(engine)) for engine in ENGINES}
        _print_one_image(calls)
        _print_many_images(calls)


# -- One image -------------------------------------------------------------------------


def _print_one_image(calls: dict[str, dict[str, Call]]) -> None:
    one = _request(np.random.default_rng(0).random((1, 28, 28, 1), np.float32))
    ways = [(engine, path) for engine in calls for path in (PREDICT, ECHO)]
    found = dict(zip(ways, _in_turns(calls, ways, one), strict=True))
    for engine, most in ENGINES.items():
        served, echoed = found[engine, PREDICT], found[engine, ECHO]
        print(f"one image, {engine}")
        print(f"    Predict  {served * 1e6:8.0f} us, p50")
        print(f"    echo     {echoed * 1e6:8.0f} us, p50")
        print(f"    Predict / echo   {served / echoed:5.2f}  (at most {most})")


def _in_turns(
    calls: dict[str, dict[str, Call]], ways: list[tuple[str, str]], request: bytes
) -> list[float]:
    """Give the median time of each way in seconds, measured in alternating rounds."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for (engine, path), found in zip(ways, times, strict=True):
            call = calls[engine][path]
            for _ in range(CALLS):
                started = time.perf_counter()
                call(request)
                found.append(time.perf_counter() - started)
    return [statistics.median(found[CALLS:]) for found in times]


# -- Many images -----------------------------------------------------------------------


def _print_many_images(calls: dict[str, dict[str, Call]]) -> None:
    images = np.random.default_rng(1).random((IMAGES, 28, 28, 1), np.float32)
    requests = [_request(images[at : at + BATCH]) for at in range(0, IMAGES, BATCH)]
    times: dict[str, list[float]] = {engine: [] for engine in calls}
    for _ in range(4):
        for engine, found in times.items():
            started = time.perf_counter()
            with ThreadPoolExecutor(IN_FLIGHT) as callers:
                list(callers.map(calls[engine][PREDICT], requests))
            found.append(time.perf_counter() - started)
    rates = {each: IMAGES / statistics.median(times[each][1:]) for each in times}
    for engine, rate in rates.items():
        print(f"{IMAGES} images, {engine:10} {rate:7.0f} a second")
    ratio = rates["LiteRT"] / rates["TensorFlow"]
    print(f"    LiteRT / TensorFlow {ratio:5.2f}  (at least 1)")


def _request(images: np.ndarray[Any, Any]) -> bytes:
    request = PredictRequest()
    request.model_spec.name = "digits"
    request.model_spec.version.value = int(VERSION)
    write_tensor(request.inputs["conv2d_1_input"], images)
    data: bytes = request.SerializeToString()
    return data


# -- The servers, each with an echo beside its own methods -----------------------------


@contextmanager
def _calls(engine: str) -> Iterator[dict[str, Call]]:
    """Start a server; give what sends it a request, by path."""
    command = [sys.executable, "-m", "benchmarks.bench_server", engine]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
    ) as child:
        try:
            if child.stdout is None:
                msg = "the server's process has no stdout"
                raise RuntimeError(msg)
            port = int(child.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield {
                    path: channel.unary_unary(path, None, None)
                    for path in (PREDICT, ECHO)
                }
        finally:
            child.kill()


class _Raw:
    """Bytes that pretend to be a message, for the echo."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @classmethod
    def FromString(cls, data: bytes) -> _Raw:  # noqa: N802
        """Take bytes as they are."""
        return cls(data)

    def SerializeToString(self) -> bytes:  # noqa: N802
        """Give the same bytes back."""
        return self._data


def _serve(engine: str) -> None:
    from digits_widget.model_server.calls.predict import Predict  # noqa: PLC0415
    from digits_widget.model_server.grpc_server import (  # noqa: PLC0415
        GrpcServer,
        Method,
    )
    from digits_widget.model_server.lifecycle.library import Library  # noqa: PLC0415
    from digits_widget.model_server.servables.loading import Loader  # noqa: PLC0415

    library = Library()
    with tempfile.TemporaryDirectory() as folder:
        # Beside the package TensorFlow is the engine that runs any version.
        copy = shutil.copytree(SHIPPED / VERSION, Path(folder) / VERSION)
        loader = Loader(prefer_tflite=engine == "LiteRT", intra_threads=1)
        library.add(loader.load("digits", int(VERSION), copy))
    methods = [
        Method(PREDICT, PredictRequest, Predict(library)),
        Method(ECHO, _Raw, lambda request, _: request),
    ]

    async def answer() -> None:
        server = GrpcServer(methods)
        print(server.listen("127.0.0.1:0"), flush=True)
        await server.start()
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(answer())


if __name__ == "__main__":
    _serve(sys.argv[1]) if sys.argv[1:] else main()
