"""Says in one line why Keras refused something."""

from __future__ import annotations

import zipfile
import zlib

import tensorflow as tf

REFUSED = (
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    IndexError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
    tf.errors.OpError,
)
"""What Keras raises about a description that makes no sense."""

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
"""What a damaged archive raises; `RuntimeError` is one with a password."""

_LONGEST = 200
"""Characters of a reason that a message repeats."""


def reason(error: BaseException) -> str:
    """Return the innermost reason, in a line: Keras wraps one in pages of others."""
    inner = str(error).rpartition("Exception encountered:")[2].strip()
    line = " ".join(inner.partition("\n")[0].split()) or type(error).__name__
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."
