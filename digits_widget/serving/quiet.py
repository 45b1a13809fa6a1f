"""Imports gRPC so that it keeps its notes to itself.

gRPC writes lines such as "Handshake failed" or "Got goaway" to stderr, into the middle
of whatever a program shows. All that matters is raised. It looks at one environment
variable and only once: new versions while they are imported, older ones when they open
the first channel. Who set it, or imported gRPC before, gets what they want.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLE = "GRPC_VERBOSITY"


@contextmanager
def quietly() -> Iterator[None]:
    """Ask gRPC for silence meanwhile, and leave the environment as it was."""
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
