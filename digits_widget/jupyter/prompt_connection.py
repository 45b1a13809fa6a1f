"""`PromptConnection`: between a browser and its kernel, nothing waits to be sent.

A kernel answers with several short messages. By TCP's rules the second waits until the
browser has confirmed the first, and a browser that has nothing to say confirms late: 40
milliseconds on Linux, each time. That is the time in which a hand sees its bars change.

And when a page is closed while its kernel still speaks, nobody is told: Jupyter's own
connection would print a traceback into the terminal of whoever gives the lesson.
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

    # Its two parents disagree about what it returns.
    def connect(self) -> Future[None] | None:  # type: ignore[override]
        """Open the channels of the kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()

    @property
    def write_message(self) -> Callable[..., None]:
        """Send to the browser, or to nobody if it has left."""
        return self._write_message

    def _write_message(self, message: str | bytes, *, binary: bool = False) -> None:
        try:
            sent = self.websocket_handler.write_message(message, binary=binary)
        except WebSocketClosedError:
            return
        sent.add_done_callback(_let_go)


def _let_go(sent: Future[None]) -> None:
    """Look at how a message fared, or asyncio prints that nobody did."""
    error = None if sent.cancelled() else sent.exception()
    if error and not isinstance(error, WebSocketClosedError):
        raise error
