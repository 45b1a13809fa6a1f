"""`PromptConnection`: sends every message to the browser at once.

A kernel answers with several short messages. With Nagle's algorithm, TCP holds the
second message until the browser has acknowledged the first, and the browser delays its
acknowledgement: by 40 milliseconds on Linux, each time. While drawing, a learner would
see the bars lag by that much.

Also, when a browser leaves while its kernel still sends, this connection stays silent.
Jupyter's own would print a traceback into the teacher's terminal.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable

from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection,
)
from tornado.websocket import WebSocketClosedError


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's own connection, with Nagle's algorithm off (``TCP_NODELAY``)."""

    # The two parent classes declare different return types.
    def connect(self) -> Future[None] | None:  # type: ignore[override]
        """Turn Nagle's algorithm off and open the kernel's channels."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()

    @property
    def write_message(self) -> Callable[..., None]:
        """Return the function that sends a message unless the browser has left."""
        return self._write_message

    def _write_message(self, message: str | bytes, *, binary: bool = False) -> None:
        try:
            sent = self.websocket_handler.write_message(message, binary=binary)
        except WebSocketClosedError:
            return
        sent.add_done_callback(_let_go)


def _let_go(sent: Future[None]) -> None:
    """Retrieve the exception of a message; otherwise asyncio would print it."""
    error = None if sent.cancelled() else sent.exception()
    if error and not isinstance(error, WebSocketClosedError):
        raise error
