"""`PromptConnection`: between a browser and its kernel, nothing waits to be sent.

A kernel answers with several short messages. By TCP's rules the second waits until the
browser has confirmed the first, and a browser that has nothing to say confirms late: 40
milliseconds on Linux, each time. That is the time in which a hand sees its bars change.
"""

from __future__ import annotations

from asyncio import Future

from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection,
)


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's own connection, with Nagle's algorithm off (``TCP_NODELAY``)."""

    # Its two parents disagree about what it returns.
    def connect(self) -> Future[None] | None:  # type: ignore[override]
        """Open the channels of the kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
