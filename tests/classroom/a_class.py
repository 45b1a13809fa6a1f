"""A running class, and learners' pages without a browser."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tornado.httpclient import HTTPRequest
from tornado.netutil import bind_sockets
from tornado.websocket import WebSocketClientConnection, websocket_connect

from digits_widget.classroom.answers import Predict
from digits_widget.classroom.classroom import Classroom
from digits_widget.classroom.server import ClassServer
from digits_widget.drawing import Drawing
from digits_widget.prediction import Prediction
from digits_widget.ways import WAYS

_opened: list[Learner] = []
"""Every page, so that the end of the class closes it."""

PATIENCE = 60.0
"""Seconds until a message that does not come is a failure."""


def always_seven(images: NDArray[np.float32]) -> Sequence[Prediction]:
    """Answer 7 about everything, where the answer does not matter."""
    return [Prediction(np.eye(10)[7])] * len(images)


@asynccontextmanager
async def a_class(folder: Path, predict: Predict) -> AsyncIterator[ClassServer]:
    """Serve a class on a free port of this machine."""
    (bound,) = bind_sockets(0, "127.0.0.1")
    classroom = Classroom(folder, {way.name: predict for way in WAYS})
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    server = ClassServer(classroom, address, frozenset({"class.school.example"}))
    server.listen(bound)
    try:
        yield server
    finally:
        await server.stop()
        while _opened:
            await _opened.pop().close()


class Learner:
    """A learner's page, message by message."""

    def __init__(self, page: WebSocketClientConnection, secret: str) -> None:
        self.page, self.secret = page, secret
        self._is_closed = False
        _opened.append(self)

    @classmethod
    async def open(cls, server: ClassServer, secret: str = "", **headers: str) -> Self:
        """Open a page that has not joined."""
        address = server.address.replace("http", "ws")
        request = HTTPRequest(f"{address}/class", headers=headers)
        return cls(await websocket_connect(request), secret or secrets.token_hex(16))

    @classmethod
    async def joined(
        cls, server: ClassServer, nickname: str = "Anna", secret: str = ""
    ) -> Self:
        """Open a page and join."""
        learner = await cls.open(server, secret)
        learner.join(server.classroom.code, nickname)
        await learner.told("joined")
        return learner

    def join(self, code: str, nickname: str = "Anna") -> None:
        self.send(
            {"type": "join", "code": code, "nickname": nickname, "learner": self.secret}
        )

    def draw(self, drawing: Drawing, number: int = 1, *, done: bool = True) -> None:
        data = json.loads(drawing.to_json())
        self.send({"type": "draw", "number": number, "done": done, "drawing": data})

    def hand_in(self, drawing: Drawing, label: int, key: str = "", **more: str) -> str:
        key = key or secrets.token_hex(16)
        self.send(
            {
                "type": "hand-in",
                "key": key,
                "label": label,
                "hand": "usual",
                "task": "all",
                "drawing": json.loads(drawing.to_json()),
            }
            | more
        )
        return key

    def send(self, message: Mapping[str, Any]) -> None:
        self.page.write_message(json.dumps(message))

    async def told(self, kind: str) -> dict[str, Any]:
        """Wait for the next message of a kind."""
        async with asyncio.timeout(PATIENCE):
            while True:
                text = await self.page.read_message()
                assert text is not None, f"the page was closed, expected {kind}"
                message: dict[str, Any] = json.loads(text)
                if message["type"] == kind:
                    return message

    async def close(self) -> None:
        """Close the page, and wait until it is closed."""
        self.page.close()
        if not self._is_closed:
            await self.is_closed()

    async def is_closed(self) -> bool:
        """Wait until the server closes the page."""
        async with asyncio.timeout(PATIENCE):
            while await self.page.read_message() is not None:
                pass
        self._is_closed = True
        return True


class Wall(Learner):
    """The teacher's wall."""

    @classmethod
    async def shown(cls, server: ClassServer) -> Self:
        """Open it with the teacher's key."""
        port = server.address.rpartition(":")[2]
        address = server.address.replace("http", "ws")
        request = HTTPRequest(
            f"{address}/wall/live", headers={"Cookie": f"wall-{port}={server.key}"}
        )
        return cls(await websocket_connect(request), "")

    async def until(self, **wanted: object) -> dict[str, Any]:
        """Wait until it shows these values."""
        while True:
            shown = await self.told("wall")
            if wanted.items() <= shown.items():
                return shown
