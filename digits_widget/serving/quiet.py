"""Imports gRPC without its log lines.

gRPC writes lines such as "Handshake failed" or "Got goaway" to stderr, into the middle
of a program's output; it also raises everything that matters. It reads its environment
variable only once: new versions on import, older ones when they open the first channel.
A program that sets the variable, or imports gRPC earlier, keeps its own choice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLE = "GRPC_VERBOSITY"


@contextmanager
def quietly() -> Iterator[None]:
    """Silence gRPC inside the block, and restore the environment afterwards."""
    if _VARIABLE in os.environ:
        yield
        return
    os.environ[_VARIABLE] = "NONE"
    try:
        yield
    finally:
        os.environ.pop(_VARIABLE, None)


with quietly():
    import grpc  # noqa: F401
