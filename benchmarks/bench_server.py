"""The model server against what it could be at best, in one run.

- one image: Predict against an echo of the same bytes by the same gRPC server, against
  ``keras.Model.predict``, and against the two things that no server can leave out: that
  echo, and running the graph;
- ten thousand images in batches: through gRPC against the bare TensorFlow function.

Rounds alternate and medians are compared, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import numpy as np

from digits_widget.model_server.shipped import SHIPPED

ROUNDS = 8
CALLS = 150
IMAGES = 10_000
BATCH = 500
IN_FLIGHT = (os.cpu_count() or 1) + 1
PREDICT = "/tensorflow.serving.PredictionService/Predict"
ECHO = "/benchmark/Echo"


def main() -> None:
    """Print the ratios, with the targets that they should reach."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _server() as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        predict, echo = (
            channel.unary_unary(path, None, None) for path in (PREDICT, ECHO)
        )
        one = _request(np.random.default_rng(0).random((1, 28, 28, 1), np.float32))
        served, echoed, ran, kept = _in_turns(
            lambda: predict(one, timeout=60),
            lambda: echo(one, timeout=60),
            _graph(),
            _keras_predict(),
        )
        print(f"one image    Predict  {served * 1e6:8.0f} us, p50")
        print(f"             echo     {echoed * 1e6:8.0f} us, p50")
        print(f"             graph    {ran * 1e6:8.0f} us, p50")
        print(f"             keras    {kept * 1e6:8.0f} us, p50")
        print(f"             Predict / echo   {served / echoed:5.2f}  (at most 3)")
        least = echoed + ran
        print(f"             Predict / (echo + graph) {served / least:5.2f}")
        print(f"             keras / Predict  {kept / served:5.1f}  (at least 50)")
        remote, bare = _throughput(predict)
        print(f"{IMAGES} images  gRPC {remote:7.0f} a second")
        print(f"             bare {bare:7.0f} a second")
        print(f"             gRPC / bare      {remote / bare:5.2f}  (at least 0.85)")


# -- One image -------------------------------------------------------------------------


def _in_turns(*calls: Callable[[], Any]) -> list[float]:
    """Give the median time of each call in seconds, measured in alternating rounds."""
    times: list[list[float]] = [[] for _ in calls]
    for call in calls:
        for _ in range(20):
            call()
    for _ in range(ROUNDS):
        for call, found in zip(calls, times, strict=True):
            # The last one takes tens of milliseconds.
            for _ in range(CALLS if found is not times[-1] else CALLS // 10):
                started = time.perf_counter()
                call()
                found.append(time.perf_counter() - started)
    return [statistics.median(found) for found in times]


def _graph() -> Callable[[], Any]:
    from digits_widget.model_server.servables.loading import load  # noqa: PLC0415

    servable = load("digits", 1, SHIPPED / "1", intra_threads=1)
    signature = servable.signatures["serving_default"]
    feeds = {
        signature.inputs["conv2d_1_input"].tensor: np.zeros((1, 28, 28, 1), np.float32)
    }
    return lambda: servable.run(feeds, [signature.outputs["dense_2"].tensor])


def _keras_predict() -> Callable[[], Any]:
    from digits_widget.training.network import article_network  # noqa: PLC0415

    network = article_network()
    image = np.zeros((1, 28, 28, 1), np.float32)
    return lambda: network.predict(image, verbose=0)


def _request(images: np.ndarray[Any, Any]) -> bytes:
    import tensorflow as tf  # noqa: PLC0415
    from tensorflow_serving.apis import predict_pb2  # noqa: PLC0415

    request = predict_pb2.PredictRequest()
    request.model_spec.name = "digits"
    # The newest version may be another network.
    request.model_spec.version.value = 1
    request.inputs["conv2d_1_input"].CopyFrom(tf.make_tensor_proto(images))
    data: bytes = request.SerializeToString()
    return data


# -- Many images -----------------------------------------------------------------------


def _throughput(predict: Callable[..., Any]) -> tuple[float, float]:
    """Give images a second through gRPC and through the bare function."""
    import tensorflow as tf  # noqa: PLC0415

    images = np.random.default_rng(1).random((IMAGES, 28, 28, 1), np.float32)
    batches = [images[start : start + BATCH] for start in range(0, IMAGES, BATCH)]
    requests = [_request(batch) for batch in batches]
    function = tf.saved_model.load(str(SHIPPED / "1")).signatures["serving_default"]

    def through_grpc() -> None:
        with ThreadPoolExecutor(IN_FLIGHT) as callers:
            list(callers.map(lambda request: predict(request, timeout=120), requests))

    def in_process() -> None:
        for batch in batches:
            function(tf.constant(batch))["dense_2"].numpy()

    times: dict[Callable[[], None], list[float]] = {through_grpc: [], in_process: []}
    for _ in range(3):
        for work, found in times.items():
            started = time.perf_counter()
            work()
            found.append(time.perf_counter() - started)
    remote, bare = (statistics.median(found[1:]) for found in times.values())
    return IMAGES / remote, IMAGES / bare


# -- The server, with an echo beside its own methods -----------------------------------


@contextmanager
def _server() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.bench_server", "serve"]
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
            yield int(child.stdout.readline())
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


def _serve() -> None:
    from digits_widget.model_server.quiet import import_tensorflow  # noqa: PLC0415

    import_tensorflow()
    from tensorflow_serving.apis import predict_pb2  # noqa: PLC0415

    from digits_widget.model_server.calls.predict import Predict  # noqa: PLC0415
    from digits_widget.model_server.grpc_front import (  # noqa: PLC0415
        GrpcFront,
        Method,
    )
    from digits_widget.model_server.lifecycle.library import Library  # noqa: PLC0415
    from digits_widget.model_server.servables.loading import load  # noqa: PLC0415

    library = Library()
    library.add(load("digits", 1, SHIPPED / "1", intra_threads=1))
    methods = [
        Method(PREDICT, predict_pb2.PredictRequest, Predict(library)),
        Method(ECHO, _Raw, lambda request, _: request),
    ]
    front = GrpcFront(methods)
    print(front.listen("127.0.0.1:0"), flush=True)
    front.start()
    sys.stdin.read()


if __name__ == "__main__":
    _serve() if sys.argv[1:] == ["serve"] else main()
