"""Large requests: small ones overtake them, and their senders take turns."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

from digits_widget.model_server.grpc_server import GrpcServer, Method
from digits_widget.model_server.turns import LARGE_BYTES, Turns

pytestmark = pytest.mark.server

LARGE = bytes(LARGE_BYTES)
PROCESSORS = 2


class Raw:
    """Bytes that pretend to be a message."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @classmethod
    def FromString(cls, data: bytes) -> Raw:  # noqa: N802
        return cls(data)

    def SerializeToString(self) -> bytes:  # noqa: N802
        return self.data


@contextmanager
def serving(call: Callable[[Raw, float | None], Raw]) -> Iterator[str]:
    """Serve one method from a thread of this process; give the address."""
    ready, done = threading.Event(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        server = GrpcServer([Method("/a/b", Raw, call)])
        ports.append(server.listen("127.0.0.1:0"))
        await server.start()
        ready.set()
        await asyncio.to_thread(done.wait, 120)
        await server.stop(1)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield f"127.0.0.1:{ports[0]}"
    finally:
        done.set()
        thread.join(60)


def test_a_small_request_overtakes_all_large_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: PROCESSORS)
    begun, may_end = threading.Semaphore(0), threading.Event()

    def answer(request: Raw, _: float | None) -> Raw:
        if len(request.data) >= LARGE_BYTES:
            begun.release()
            may_end.wait(120)
        return request

    with serving(answer) as target, grpc.insecure_channel(target) as channel:
        call = channel.unary_unary("/a/b", None, None)
        # More than the server has threads of any kind.
        batches = [call.future(LARGE, timeout=120) for _ in range(20 * PROCESSORS)]
        try:
            for _ in range(PROCESSORS):
                assert begun.acquire(timeout=60)
            assert call(b"a stroke", timeout=60) == b"a stroke"
            # No batch has ended, and no more of them run than there are processors.
            assert not any(batch.done() for batch in batches)
            assert not begun.acquire(blocking=False)
        finally:
            may_end.set()
        assert all(batch.result() == LARGE for batch in batches)


def test_a_server_of_one_thread_runs_one_large_request() -> None:
    server = asyncio.run(threads_of_one())
    assert server == (1, 1)


async def threads_of_one() -> tuple[int, int]:
    server = GrpcServer([], threads=1)
    found = (server._workers._max_workers, server._large_workers._max_workers)
    await server.stop(0)
    return found


async def served(arrivals: str, leaves: str = "") -> str:
    """Give the order in which one place serves peers; some leave while they wait."""
    turns = Turns(1)
    order: list[str] = []

    async def ask(peer: str) -> None:
        async with turns.turn(peer.upper()):
            order.append(peer)

    async with turns.turn("first"):
        asked: dict[Any, str] = {}
        for peer in arrivals:
            asked[asyncio.create_task(ask(peer))] = peer
            # Each is in the queue before the next one comes.
            await asyncio.sleep(0)
        for task, peer in asked.items():
            if peer in leaves:
                task.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*asked, return_exceptions=True)
    # A client that left gave its place back.
    async with asyncio.timeout(60), turns.turn("last"):
        return "".join(order)


@pytest.mark.parametrize(
    ("arrivals", "leaves", "order"),
    [
        ("aaa", "", "aaa"),
        ("aaab", "", "abaa"),
        ("aaabbcc", "", "abcabca"),
        ("aAbB", "a", "bAB"),
        ("aAbB", "ab", "AB"),
        ("ab", "ab", ""),
    ],
)
def test_peers_take_turns(arrivals: str, leaves: str, order: str) -> None:
    assert asyncio.run(served(arrivals, leaves)) == order


def test_a_peer_that_leaves_as_its_turn_comes_passes_it_on() -> None:
    async def scene() -> list[str]:
        turns = Turns(1)
        order: list[str] = []

        async def ask(peer: str) -> None:
            async with turns.turn(peer):
                order.append(peer)

        async with turns.turn("first"):
            tasks = [asyncio.create_task(ask(peer)) for peer in "ab"]
            await asyncio.sleep(0)
        # The place is a's now, but a's task has not run since.
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return order

    assert asyncio.run(scene()) == ["b"]


def test_a_peer_alone_takes_all_places() -> None:
    async def scene() -> bool:
        turns = Turns(2)
        async with asyncio.timeout(60), turns.turn("a"), turns.turn("a"):
            return True

    assert asyncio.run(scene())
