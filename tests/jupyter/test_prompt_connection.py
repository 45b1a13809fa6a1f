"""Between a browser and its kernel nothing waits to be sent."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from jupyter_client.manager import KernelManager
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection,
)
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.websocket import WebSocketClosedError

from digits_widget.cli.lab import PROMPT
from digits_widget.jupyter.prompt_connection import PromptConnection


def test_jupyter_finds_it_by_its_name() -> None:
    server = ServerApp(kernel_websocket_connection_class=PROMPT)
    assert server.kernel_websocket_connection_class is PromptConnection


def test_the_socket_is_told_not_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(
        KernelWebsocketHandler, "set_nodelay", lambda _self, value: told.append(value)
    )
    monkeypatch.setattr(
        ZMQChannelsWebsocketConnection, "connect", lambda _self: told.append("open")
    )
    handler = KernelWebsocketHandler.__new__(KernelWebsocketHandler)
    PromptConnection(parent=KernelManager(), websocket_handler=handler).connect()
    assert told == [True, "open"]


async def _late(error: Exception) -> None:
    raise error


def _said_when_writing(
    monkeypatch: pytest.MonkeyPatch, error: Exception, *, at_once: bool
) -> list[dict[str, Any]]:
    """Send to a browser that cannot be reached; give what asyncio would print."""
    said: list[dict[str, Any]] = []

    def write(_self: object, _message: object, *, binary: bool) -> object:
        assert binary
        if at_once:
            raise error
        return asyncio.ensure_future(_late(error))

    async def send() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: said.append(context))
        handler = KernelWebsocketHandler.__new__(KernelWebsocketHandler)
        connection = PromptConnection(parent=KernelManager(), websocket_handler=handler)
        connection.write_message(b"bars", binary=True)
        await asyncio.sleep(0.01)
        gc.collect()

    monkeypatch.setattr(KernelWebsocketHandler, "write_message", write)
    asyncio.run(send())
    return said


@pytest.mark.parametrize("at_once", [True, False])
def test_a_page_that_was_closed_is_no_news(
    monkeypatch: pytest.MonkeyPatch,
    at_once: bool,  # noqa: FBT001
) -> None:
    assert not _said_when_writing(monkeypatch, WebSocketClosedError(), at_once=at_once)


def test_another_error_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError("no")
    (told,) = _said_when_writing(monkeypatch, error, at_once=False)
    assert told["exception"] is error
