"""The client against its peers: import, building requests, one call.

Every ratio is of medians of rounds that alternate between the two.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from typing import Any

import grpc
import numpy as np

from digits_widget.protocol.messages import (
    GetModelMetadataResponse,
    PredictRequest,
    PredictResponse,
    SignatureDefMap,
)
from digits_widget.protocol.tensors import to_tensor_proto, write_tensor
from digits_widget.serving import Client

_MEASURE = """
import resource, time
started = time.perf_counter()
{imports}
seconds = time.perf_counter() - started
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

_OURS = "from digits_widget.serving import Client"
_THEIRS = """\
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc"""

_PREDICT = "/tensorflow.serving.PredictionService/Predict"


def main() -> None:
    """Measure all and print a table."""
    print(f"{'what':44} {'ours':>10} {'peer':>10} {'ratio':>7}")
    _imports()
    _requests()
    _calls()


def _imports() -> None:
    ours, theirs = [], []
    for _ in range(3):
        ours.append(_import(_OURS))
        theirs.append(_import(_THEIRS))
    for index, what, unit, scale in (
        (0, "import, vs tensorflow_serving.apis", "ms", 1e3),
        (1, "memory after it", "MB", 1 / _rss_unit()),
    ):
        mine = median(row[index] for row in ours) * scale
        peer = median(row[index] for row in theirs) * scale
        _row(what, mine, peer, unit, peer / mine)


def _import(imports: str) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE.format(imports=imports)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, size = done.stdout.split()
    return float(seconds), float(size)


def _rss_unit() -> float:
    # Linux counts in KiB, macOS in bytes.
    return 1e6 if sys.platform == "darwin" else 1e3


def _requests() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Here and not at the top: what a fresh process pays for it is measured first.
    tf = importlib.import_module("tensorflow")
    predict_pb2 = importlib.import_module("tensorflow_serving.apis.predict_pb2")
    image = np.random.default_rng(1).random((1, 28, 28, 1), dtype=np.float32)

    def ours() -> bytes:
        request = PredictRequest()
        request.model_spec.name = "digits"
        write_tensor(request.inputs["x"], image)
        data: bytes = request.SerializeToString()
        return data

    def theirs() -> bytes:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "digits"
        request.inputs["x"].CopyFrom(tf.make_tensor_proto(image))
        data: bytes = request.SerializeToString()
        return data

    assert PredictRequest.FromString(theirs()) == PredictRequest.FromString(ours())
    mine, peer = _alternate(ours, theirs, calls=2000)
    what = "one request built, vs tf.make_tensor_proto"
    _row(what, mine * 1e6, peer * 1e6, "us", peer / mine)


def _calls() -> None:
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    # In a process of its own: in this one it would take turns with the client.
    server = spawn.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    there.close()  # else a child that dies is waited for without end
    target = f"127.0.0.1:{here.recv()}"
    image = np.full((28, 28), 0.5, np.float32)
    with Client(target) as client, grpc.insecure_channel(target) as channel:
        exchange = client.capture(image)
        echo: Any = channel
        bare = echo.unary_unary("/echo")
        data = exchange.request.data
        mine, peer = _alternate(
            lambda: client.predict(image), lambda: bare(data), calls=300
        )
    here.send(None)
    server.join()
    what = "one predict, vs a bare call of the same bytes"
    _row(what, mine * 1e6, peer * 1e6, "us", peer / mine)


def _serve(connection: Connection[int, None]) -> None:
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((_Loopback(),))
    connection.send(server.add_insecure_port("127.0.0.1:0"))
    server.start()
    connection.recv()
    server.stop(None).wait()


class _Loopback(grpc.GenericRpcHandler):  # type: ignore[type-arg] # only in its stubs
    """Answers at once, with the same few bytes to everything but metadata."""

    def __init__(self) -> None:
        response = PredictResponse()
        scores = np.full((1, 10), 0.1, np.float32)
        response.outputs["y"].CopyFrom(to_tensor_proto(scores, packing="values"))
        self._answer = response.SerializeToString()
        signatures = SignatureDefMap()
        signature = signatures.signature_def["serving_default"]
        for name, info, shape in (
            ("x", signature.inputs["x"], (-1, 28, 28, 1)),
            ("y", signature.outputs["y"], (-1, 10)),
        ):
            info.name, info.dtype = name, 1
            for size in shape:
                info.tensor_shape.dim.add(size=size)
        metadata = GetModelMetadataResponse()
        metadata.metadata["signature_def"].value = signatures.SerializeToString()
        self._metadata = metadata.SerializeToString()

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[Any, Any]:
        """Return what answers a call."""
        metadata = handler_call_details.method.endswith("/GetModelMetadata")
        answer = self._metadata if metadata else self._answer
        return grpc.unary_unary_rpc_method_handler(lambda *_: answer)


def _alternate(
    ours: Callable[[], object], theirs: Callable[[], object], *, calls: int
) -> tuple[float, float]:
    """Return the median seconds of one call of each."""
    rounds: tuple[list[float], list[float]] = ([], [])
    for _ in range(9):
        for work, seconds in zip((ours, theirs), rounds, strict=True):
            started = perf_counter()
            for _ in range(calls):
                work()
            seconds.append((perf_counter() - started) / calls)
    return median(rounds[0]), median(rounds[1])


def _row(what: str, ours: float, peer: float, unit: str, ratio: float) -> None:
    print(f"{what:44} {ours:>7.1f} {unit} {peer:>7.1f} {unit} {ratio:>6.1f}x")


if __name__ == "__main__":
    main()
