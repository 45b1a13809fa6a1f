"""Every method of the gRPC side: bytes that are no request, and slow clients."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2,
    prediction_service_pb2,
)

pytestmark = pytest.mark.server

CODE = grpc.StatusCode
GARBAGE = b"\xff\xff\xff"
HEALTH, REFLECTION = (
    "/grpc.health.v1.Health",
    "/grpc.reflection.v1alpha.ServerReflection",
)
METHODS = [
    *(
        f"/{service.full_name}/{method.name}"
        for file in (prediction_service_pb2, model_service_pb2)
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if "Streamed" not in method.name
    ),
    f"{HEALTH}/Check",
    f"{HEALTH}/Watch",
    f"{REFLECTION}/ServerReflectionInfo",
]
"""Every method that there is, of the wire's four services."""


def send(wire: Any, path: str, data: bytes) -> grpc.StatusCode:
    """Send bytes to a method of any kind, and give the status that comes back."""
    try:
        if path.endswith("ServerReflectionInfo"):
            list(wire.channel.stream_stream(path)(iter([data]), timeout=20))
        elif path.endswith("Watch"):
            list(wire.channel.unary_stream(path)(data, timeout=20))
        else:
            wire.channel.unary_unary(path)(data, timeout=20)
    except grpc.RpcError as exc:
        code: grpc.StatusCode = exc.code()
        return code
    return CODE.OK


def memory(pid: int) -> int:
    """Read a process's resident memory in bytes; 0 where /proc is not there."""
    path = Path(f"/proc/{pid}/statm")
    pages = int(path.read_text().split()[1]) if path.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("path", METHODS)
def test_bytes_that_are_no_request_are_an_internal_error(wire: Any, path: str) -> None:
    assert send(wire, path, GARBAGE) is CODE.INTERNAL


def test_health_and_reflection_keep_nothing_of_what_does_not_parse(wire: Any) -> None:
    paths = [path for path in METHODS if path.startswith((HEALTH, REFLECTION))]
    for _ in range(100):
        assert {send(wire, path, GARBAGE) for path in paths} == {CODE.INTERNAL}
    before = memory(wire.server.pid)
    for _ in range(400):
        assert {send(wire, path, GARBAGE) for path in paths} == {CODE.INTERNAL}
    # gRPC's own parsing keeps 15 kB of each: that would be 18 MB.
    assert memory(wire.server.pid) - before < 8 * 2**20


def test_a_service_that_is_not_there_is_not_healthy(wire: Any) -> None:
    stub = health_pb2_grpc.HealthStub(wire.channel)
    request = health_pb2.HealthCheckRequest(service="nobody's")
    with pytest.raises(grpc.RpcError) as caught:
        stub.Check(request, timeout=20)
    assert caught.value.code() is CODE.NOT_FOUND


@pytest.mark.parametrize(("service", "status"), [("", 1), ("nobody's", 3)])
def test_watching_health_gives_the_state_and_stays_open(
    wire: Any, service: str, status: int
) -> None:
    stub = health_pb2_grpc.HealthStub(wire.channel)
    request = health_pb2.HealthCheckRequest(service=service)
    watch = stub.Watch(request, timeout=20)
    assert next(watch).status == status
    assert watch.is_active()
    watch.cancel()


def test_reflection_gives_the_files_of_a_service(wire: Any) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(wire.channel)
    kind = reflection_pb2.ServerReflectionRequest
    requests = [
        kind(file_containing_symbol="tensorflow.serving.PredictionService"),
        kind(file_containing_symbol="nobody.Knows"),
    ]
    found, missing = stub.ServerReflectionInfo(iter(requests), timeout=20)
    assert found.file_descriptor_response.file_descriptor_proto
    assert missing.error_response.error_code == CODE.NOT_FOUND.value[0]


@pytest.fixture
def slowly(wire: Any) -> Iterator[Callable[[str], Any]]:
    """Return a function that connects, and begins a call without ever sending it."""
    done = threading.Event()

    def never() -> Iterator[bytes]:
        done.wait(60)
        yield from ()

    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.insecure_channel(wire.server.target, options) for _ in range(3)]
    turns = itertools.cycle(channels)
    yield lambda path: next(turns).stream_stream(path, None, None)(never(), timeout=60)
    done.set()
    for channel in channels:
        channel.close()


@pytest.mark.parametrize(
    "path", [f"{HEALTH}/Check", f"{HEALTH}/Watch", METHODS[0], METHODS[-1]]
)
def test_calls_whose_message_does_not_come_hold_up_nobody(
    wire: Any, slowly: Callable[[str], Any], path: str
) -> None:
    # As many as three connections can begin: gRPC allows each a hundred.
    slow = [slowly(path) for _ in range(300)]
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "half_plus_two"
    for _ in range(20):
        assert wire.model.GetModelStatus(request, timeout=20).model_version_status
    for each in slow:
        each.cancel()
