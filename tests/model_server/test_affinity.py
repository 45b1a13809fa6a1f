from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import BytesValue

from digits_widget.model_server.affinity import SMALL_BYTES
from digits_widget.model_server.grpc_front import GrpcFront, Method

pytestmark = pytest.mark.server

PATH = "/test.Service/Where"
WAIT = 20.0

Ask = Callable[[int], set[int]]


def processors() -> set[int]:
    """Give the processors that the calling thread may use."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else {0}


needs_two = pytest.mark.skipif(len(processors()) < 2, reason="one processor")


@contextmanager
def served(
    look: Callable[[], set[int]] = processors,
    then: Callable[[Any], None] = lambda _: None,
) -> Iterator[Ask]:
    """Serve a method that answers with its thread's processors."""

    def where(request: Any, _: float | None) -> BytesValue:
        found = look()
        then(request)
        return BytesValue(value=" ".join(map(str, found)).encode())

    front = GrpcFront([Method(PATH, BytesValue, where)])
    with grpc.insecure_channel(f"127.0.0.1:{front.listen('127.0.0.1:0')}") as channel:
        front.start()
        call = channel.unary_unary(
            PATH, BytesValue.SerializeToString, BytesValue.FromString
        )

        def ask(size: int) -> set[int]:
            answer = call(BytesValue(value=bytes(size)), timeout=WAIT)
            return set(map(int, answer.value.split()))

        yield ask
        front.stop(1)


@needs_two
def test_small_requests_one_after_the_other_stay_on_one_processor() -> None:
    with served() as ask:
        found = [ask(10) for _ in range(20)]
    assert {len(each) for each in found} == {1}
    assert all(each == found[0] for each in found)
    assert found[0] <= processors()


@needs_two
def test_a_large_request_may_use_all_and_the_next_small_one_one() -> None:
    with served() as ask:
        assert ask(SMALL_BYTES) == processors()
        for _ in range(5):
            assert len(ask(10)) == 1


@needs_two
def test_what_comes_together_may_use_all() -> None:
    first_is_there, go_on = threading.Event(), threading.Event()

    def wait_with_the_first(request: Any) -> None:
        if len(request.value) == 1:
            first_is_there.set()
            assert go_on.wait(WAIT)

    with served(then=wait_with_the_first) as ask:
        first = threading.Thread(target=ask, args=(1,))
        first.start()
        assert first_is_there.wait(WAIT)
        assert ask(10) == processors()
        go_on.set()
        first.join(WAIT)


def test_the_thread_that_starts_the_server_keeps_all() -> None:
    before = processors()
    with served():
        assert processors() == before


def refuse(*_given: object) -> None:
    """Forbid, as a sandbox does."""
    raise PermissionError


def forbid_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setaffinity", refuse, raising=False)


def forbid_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", refuse, raising=False)


def lack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a system that has no such thing."""
    for name in ("sched_getaffinity", "sched_setaffinity"):
        monkeypatch.delattr(os, name, raising=False)


@pytest.mark.parametrize("system", [forbid_to_choose, forbid_to_look, lack])
def test_where_there_is_no_choice_everything_is_answered_anywhere(
    monkeypatch: pytest.MonkeyPatch,
    system: Callable[[pytest.MonkeyPatch], None],
) -> None:
    before, look = processors(), getattr(os, "sched_getaffinity", lambda _: {0})
    system(monkeypatch)
    with served(lambda: look(0)) as ask:
        assert ask(10) == ask(SMALL_BYTES) == before
