"""Hides the lines that C++ libraries write to stderr."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def discard_stderr() -> Iterator[None]:
    """Discard everything that this process writes to stderr, in Python or in C++.

    It surrounds the import of TensorFlow, which prints lines before it reads any
    setting. In a notebook ``sys.stderr`` is not the process's stderr, and stays.
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
