"""`rehearse_hub`: recorded hands draw in the widgets of learners on a JupyterHub.

The hub starts a server and a kernel for each, as for a learner who logs in. A learner's
drawings go to the kernel as code, so the wait is that of the kernel, the widget and the
model server; what a browser adds is not in it. The users and their servers are removed
at the end.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from digits_widget.classroom.rehearsal import PATIENCE, Played, play
from digits_widget.drawing import Drawing
from digits_widget.errors import DataError

USER = "rehearsal-{}"
"""Name of a learner on the hub."""

START = 300.0
"""Seconds in which a learner's server must be up; a hub starts some at a time."""

_SETUP = """
from digits_widget import DigitsWidget, Drawing
widget = DigitsWidget()
display(widget)
widget.wait()
"""
_CONFLICT = 409


async def rehearse_hub(
    url: str,
    token: str,
    *,
    learners: int,
    digits: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Played:
    """Let learners draw in widgets on a JupyterHub.

    Parameters
    ----------
    url : str
        The hub, such as ``https://hub.school.example``.
    token : str
        A token of the hub with the scopes ``admin:users``, ``admin:servers`` and
        ``access:servers``.
    learners : int
        How many.
    digits : int
        Digits of each learner.
    progress : callable
        Called with the number of digits that are done.

    Raises
    ------
    DataError
        There is no hub at the address, it refuses the token, or a server does not
        start.
    """
    played = Played(learners, digits, hands_in=False)
    names = [USER.format(number + 1) for number in range(learners)]
    kernels = [_Kernel(url, token, name, played) for name in names]
    try:
        # All are there before the first one draws.
        async with asyncio.TaskGroup() as group:
            for kernel in kernels:
                group.create_task(kernel.start())
        return await play(played, kernels, progress)
    finally:
        await asyncio.gather(*(kernel.remove() for kernel in kernels))


class _Kernel:
    """A widget in the kernel of a learner on the hub."""

    def __init__(self, url: str, token: str, name: str, played: Played) -> None:
        self._url, self._name, self._played = url, name, played
        self._headers = {"Authorization": f"token {token}"}
        self._http = AsyncHTTPClient(force_instance=True)
        self._page: WebSocketClientConnection | None = None
        self._replies: dict[str, asyncio.Future[str]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._drawing: asyncio.Future[str] | None = None
        self._is_ours = False

    async def start(self) -> None:
        """Start the learner's server and kernel, and show the widget."""
        await self._start_server()
        kernel = await self._ask(f"user/{self._name}/api/kernels", "POST", "{}")
        address = self._url.replace("http", "ws", 1)
        self._page = await websocket_connect(
            HTTPRequest(
                f"{address}/user/{self._name}/api/kernels/{kernel['id']}/channels",
                headers=self._headers,
            )
        )
        self._reader = asyncio.create_task(self._read(self._page))
        if await self._run(_SETUP, START) != "ok":
            msg = f"The widget does not start for {self._name} on the hub."
            raise DataError(msg)

    async def open(self) -> None:
        """Do nothing: the learner is there."""

    def send(self, drawing: Drawing) -> None:
        # Like a page: a newer drawing goes once the kernel has taken the one before.
        if self._drawing is None or self._drawing.done():
            self._drawing = self._send(f"widget.draw({_code_of(drawing)})")

    async def ask(self, drawing: Drawing) -> bool:
        code = f"widget.draw({_code_of(drawing)}); widget.wait()"
        is_answered = await self._run(code, PATIENCE) == "ok"
        self._played.lost += not is_answered
        return is_answered

    async def hand_in(self, _drawing: Drawing, _digit: int) -> bool:
        """Return False: nothing is kept."""
        return False

    async def close(self) -> None:
        """Do nothing: `remove` ends the server as well."""

    async def remove(self) -> None:
        """Stop the learner's server, and remove the learner if it was not there."""
        if self._page is not None:
            self._page.close()
        if self._reader is not None:
            await self._reader
        with suppress(DataError):
            await self._ask(f"hub/api/users/{self._name}/server", "DELETE")
            await self._until(lambda servers: not servers)
            if self._is_ours:
                await self._ask(f"hub/api/users/{self._name}", "DELETE")
        self._http.close()

    async def _start_server(self) -> None:
        try:
            await self._ask(f"hub/api/users/{self._name}", "POST", "")
            self._is_ours = True
        except DataError as exc:
            if exc.code != str(_CONFLICT):
                raise
        await self._ask(f"hub/api/users/{self._name}/server", "POST", "{}")
        await self._until(lambda servers: servers.get("", {}).get("ready", False))

    async def _until(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Wait for a state of the learner's servers."""
        try:
            async with asyncio.timeout(START):
                while True:
                    user = await self._ask(f"hub/api/users/{self._name}")
                    if condition(user["servers"]):
                        return
                    await asyncio.sleep(0.2)
        except TimeoutError as exc:
            msg = f"The hub did not start or stop a server for {self._name} in time."
            raise DataError(msg) from exc

    async def _ask(
        self, path: str, method: str = "GET", body: str | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Send a request to the hub; return what it answers."""
        try:
            answer = await self._http.fetch(
                HTTPRequest(
                    f"{self._url}/{path}",
                    method=method,
                    headers=self._headers,
                    body=body,
                    request_timeout=START,
                )
            )
        except (OSError, HTTPClientError) as exc:
            code = str(exc.code) if isinstance(exc, HTTPClientError) else ""
            msg = (
                f"The hub at {self._url} refused a request ({exc}). Check the address, "
                "and that the token has the scopes admin:users, admin:servers and "
                "access:servers."
            )
            raise DataError(msg, code=code) from exc
        return json.loads(answer.body or b"null")

    async def _run(self, code: str, patience: float) -> str:
        """Run code in the kernel; return the status of its reply, or ""."""
        try:
            return await asyncio.wait_for(self._send(code), patience)
        except TimeoutError:
            return ""

    def _send(self, code: str) -> asyncio.Future[str]:
        request = _execute_request(code)
        reply = asyncio.get_running_loop().create_future()
        self._replies[request["header"]["msg_id"]] = reply
        text = json.dumps(request)
        self._played.size += len(text)
        if self._page is not None:
            sent = asyncio.ensure_future(self._page.write_message(text))
            sent.add_done_callback(lambda done: done.exception())
        return reply

    async def _read(self, page: WebSocketClientConnection) -> None:
        """Hand each reply to the call that waits for it."""
        while (message := await page.read_message()) is not None:
            self._played.size += len(message)
            # Pictures travel in binary messages; replies never do.
            if isinstance(message, bytes):
                continue
            data = json.loads(message)
            if data["header"]["msg_type"] == "execute_reply":
                reply = self._replies.pop(data["parent_header"]["msg_id"], None)
                if reply is not None and not reply.done():
                    reply.set_result(data["content"]["status"])


def _code_of(drawing: Drawing) -> str:
    return f"Drawing.from_json({drawing.to_json()!r})"


def _execute_request(code: str) -> dict[str, Any]:
    return {
        "channel": "shell",
        "header": {
            "msg_id": secrets.token_hex(16),
            "msg_type": "execute_request",
            "session": secrets.token_hex(16),
            "username": "",
            "version": "5.3",
        },
        "parent_header": {},
        "metadata": {},
        "content": {
            "code": code,
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        },
        "buffers": [],
    }
