"""`HushedKernel`: says nothing more once it is asked to end.

A kernel's threads end one after the other, and now and then one still wants to send
what another has closed. ipykernel prints a traceback about that, into the terminal of
whoever stopped JupyterLab or closed a page.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from ipykernel.ipkernel import IPythonKernel

_STDERR = 2


class HushedKernel(IPythonKernel):
    """IPython's own, whose last words go nowhere."""

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:  # noqa: FBT001
        """Take leave."""
        reply: dict[str, Any] = super().do_shutdown(restart)  # type: ignore[no-untyped-call]
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for terminal in _terminals():
            os.dup2(nowhere, terminal)
        os.close(nowhere)
        return reply


def _terminals() -> Iterator[int]:
    """Give the descriptors that may lead to a terminal.

    ipykernel has the notebook show what is written to stderr, and keeps another way to
    where it went before.
    """
    yield _STDERR
    with suppress(OSError):
        yield sys.stderr.fileno()
