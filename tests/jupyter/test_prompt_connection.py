"""Between a browser and its kernel nothing waits to be sent."""

from __future__ import annotations

import pytest
from jupyter_client.manager import KernelManager
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection,
)
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

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
