"""Thousands of good and bad requests at once: nothing lost, nothing left behind."""

from __future__ import annotations

import json
import os
import random
import threading
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2

pytestmark = pytest.mark.server

REQUESTS = int(os.environ.get("DIGITS_SOAK_REQUESTS", "3000"))
THREADS = 6


def good(wire: Any, chance: random.Random) -> str:
    rows = chance.randint(0, 20)
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "zoo"
    array = np.full((rows, 2), rows, np.float32)
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(array))
    answer = wire.prediction.Predict(request, timeout=60)
    assert list(answer.outputs["y"].float_val) == [11.0 * rows] * rows
    return "good"


def misshapen(wire: Any, chance: random.Random) -> str:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "zoo"
    request.model_spec.signature_name = "image"
    shape = [chance.randint(0, 4) for _ in range(chance.choice([0, 1, 2, 3, 5, 6]))]
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(np.zeros(shape, np.float32)))
    with pytest.raises(grpc.RpcError) as caught:
        wire.prediction.Predict(request, timeout=60)
    return str(caught.value.code().name)


def garbage(wire: Any, chance: random.Random) -> str:
    raw = wire.channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
    with pytest.raises(grpc.RpcError) as caught:
        raw(chance.randbytes(chance.randint(1, 200)), timeout=60)
    return str(caught.value.code().name)


def in_a_hurry(wire: Any, chance: random.Random) -> str:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "half_plus_two"
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0]))
    try:
        wire.prediction.Predict(request, timeout=chance.random() / 500)
    except grpc.RpcError as exc:
        return str(exc.code().name)
    return "good"


def rest(wire: Any, chance: random.Random) -> str:
    body = json.dumps({"instances": [2.0]}).encode()
    if chance.random() < 0.5:
        body = bytes(chance.choices(b'{}[]",:0123e.instances', k=40))
    url = wire.server.rest_url + "/v1/models/half_plus_two:predict"
    try:
        with urllib.request.urlopen(url, body, timeout=60) as answer:  # noqa: S310
            assert json.loads(answer.read()) == {"predictions": [3.0]}
    except urllib.error.HTTPError as exc:
        with exc:
            return str(exc.code)
    return "good"


KINDS = (good, misshapen, garbage, in_a_hurry, rest)
EXPECTED = {
    "good",
    "INVALID_ARGUMENT",
    "INTERNAL",
    "UNIMPLEMENTED",
    "NOT_FOUND",
    "DEADLINE_EXCEEDED",
    "400",
}


def memory(pid: int) -> int:
    """Read a process's resident memory in bytes; 0 where /proc is not there."""
    path = Path(f"/proc/{pid}/statm")
    pages = int(path.read_text().split()[1]) if path.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def threads(pid: int) -> int:
    path = Path(f"/proc/{pid}/task")
    return len(list(path.iterdir())) if path.exists() else 0


def bombard(wire: Any, count: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        try:
            for _ in range(count // THREADS):
                seen[chance.choice(KINDS)(wire, chance)] += 1
        except BaseException as exc:
            errors.append(exc)
            raise

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not errors
    return seen


def test_mixed_requests_leave_nothing_behind(wire: Any) -> None:
    pid = wire.server.pid
    bombard(wire, REQUESTS // 3)
    before, threads_before = memory(pid), threads(pid)
    seen = bombard(wire, REQUESTS)
    assert set(seen) <= EXPECTED
    assert wire.server.pid == pid
    assert memory(pid) - before < 60 * 2**20
    assert threads(pid) <= threads_before + THREADS
    assert good(wire, random.Random(0)) == "good"  # noqa: S311


def test_requests_that_do_not_parse_are_not_kept(wire: Any) -> None:
    chance = random.Random(1)  # noqa: S311
    for _ in range(300):
        garbage(wire, chance)
    before = memory(wire.server.pid)
    for _ in range(1500):
        garbage(wire, chance)
    # gRPC's own parsing keeps 15 kB of each: that would be 23 MB.
    assert memory(wire.server.pid) - before < 10 * 2**20
