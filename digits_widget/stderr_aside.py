"""Keeps what libraries in C++ write to stderr out of a terminal or a notebook."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stderr_aside() -> Iterator[None]:
    """Drop what this process writes to stderr meanwhile, below Python or in it.

    For the import of TensorFlow, some of whose lines come before any setting is read.
    In a notebook Python's own ``sys.stderr`` goes elsewhere, and is not touched.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as aside:
            os.dup2(aside.fileno(), 2)
            yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
