"""`Page`: Voila for visitors: it checks the host name and limits the kernels.

Without this class, any website open in a browser on this machine could reach a kernel:
the website's name server answers with this machine's address, and the browser takes
both for the same site (DNS rebinding). Also, each visit would leave a kernel of about
100 MB behind.
"""

from __future__ import annotations

import re
import time
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import RequestHandler
from traitlets import Integer, List, Unicode
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""Host names that a browser on this machine may use."""

NEVER_MET = 120.0
"""Seconds that a new kernel waits for its browser to connect."""

LEFT = 600.0
"""Seconds that a kernel waits for its browser to come back, such as after sleep."""

_AGAIN = 15
"""Seconds after which a browser tries a full page again."""


class Page(Voila):
    """Voila with a list of allowed host names and a limit on visitors."""

    hosts = List(Unicode(), help="Names of the page besides 127.0.0.1.").tag(
        config=True
    )
    visitors = Integer(50, help="Kernels for visitors at once.").tag(config=True)

    def init_settings(self) -> dict[str, Any]:
        """Return the settings, with the limit on visitors for the handlers."""
        settings: dict[str, Any] = super().init_settings()
        return {**settings, "visitors": self.visitors}

    def init_handlers(self) -> list[Any]:
        """Serve the page under its own names; return handlers for all others."""
        *others, (pattern, _, options) = super().init_handlers()
        names = "|".join(re.escape(host.lower()) for host in (*OWN_HOSTS, *self.hosts))
        ours = [*others, (pattern, Visit, options)]
        self.app.add_handlers(f"(?:{names})$", ours)
        return [(r".*", WrongName)]


class WrongName(RequestHandler):
    """Refuses a request whose host name is not one of the page's."""

    def prepare(self) -> None:
        """Refuse the request, whatever its method and path."""
        _answer(
            self,
            403,
            "This page has another name",
            "Open it at the address that digits-widget app printed. To open it by "
            "another name, start it with digits-widget app --host NAME.",
        )


class Visit(TornadoVoilaHandler):
    """Shows the page to a visitor unless too many are connected."""

    _opening = 0
    """Visits being opened: the kernel manager may not list their kernels yet."""

    async def get(self, path: str | None = None) -> None:
        """Show the page, or say that it is full."""
        # Voila keeps one spare kernel ready for the next visitor.
        if len(self.kernel_manager) + Visit._opening > self.settings["visitors"]:
            self.set_header("Retry-After", str(_AGAIN))
            self.set_header("Refresh", str(_AGAIN))
            _answer(
                self,
                503,
                "All places are taken",
                f"As many people are drawing as this machine has room for "
                f"({self.settings['visitors']}). Leave this page open: it tries again "
                "by itself, and lets you in when a place is free.",
            )
            return
        Visit._opening += 1
        try:
            await super().get(path)
        finally:
            Visit._opening -= 1


def _answer(handler: RequestHandler, status: int, title: str, words: str) -> None:
    handler.set_status(status)
    handler.set_header("Content-Type", "text/html; charset=utf-8")
    handler.finish(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<body><h1>{title}</h1><p>{words}</p></body></html>"
    )


class VisitorKernels(AsyncMappingKernelManager):
    """Ends kernels that have no browser connected any more, busy or not.

    Jupyter's own rule looks at a kernel's last activity. The spare kernel for the next
    visitor was last active long ago, so that rule would end it just as the visitor
    arrives.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._ends: dict[str, float] = {}
        """Time at which each kernel ends if no browser connects (`time.monotonic`)."""

    def notify_disconnect(self, kernel_id: str) -> None:
        """Note the time at which a browser disconnected."""
        self._ends[kernel_id] = time.monotonic() + LEFT
        super().notify_disconnect(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End the kernel if its time is over; Voila never passes the spare one."""
        now = time.monotonic()
        # Most kernels end when the visitor closes the page.
        self._ends = {key: end for key, end in self._ends.items() if key in self}
        if self.kernel_model(kernel_id)["connections"]:
            return
        if now > self._ends.setdefault(kernel_id, now + NEVER_MET):
            await self.shutdown_kernel(kernel_id)
