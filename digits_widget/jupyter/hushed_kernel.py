"""`HushedKernel`: says nothing more once it is asked to end.

A kernel's threads end one after the other, and now and then one still wants to send
what another has closed. ipykernel prints a traceback about that, into the terminal of
whoever stopped JupyterLab or closed a page.
"""

from __future__ import annotations

import os
from typing import Any

from ipykernel.ipkernel import IPythonKernel

_STDERR = 2


class HushedKernel(IPythonKernel):
    """IPython's own, whose last words go nowhere."""

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:  # noqa: FBT001
        """Take leave."""
        reply: dict[str, Any] = super().do_shutdown(restart)  # type: ignore[no-untyped-call]
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
        return reply
