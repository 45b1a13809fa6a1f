"""Shortens an error of Keras to one line."""

from __future__ import annotations

import errno
import re
import zipfile
import zlib

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
"""Exceptions of a damaged archive; `RuntimeError` means a password."""

_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_WHERE = re.compile(r"Exception encountered when calling [^\n]*\n+")
"""Keras names the layer before the reason."""

_LONGEST = 200
"""Most characters of a reason in a message."""

_LONGEST_NAME = 60
"""Most characters of a name from a file in a message."""


def reason(error: BaseException) -> str:
    """Return the innermost reason of an error in one line."""
    said = _COLOUR.sub("", str(error)).rpartition("Exception encountered:")[2]
    said = _WHERE.sub("", said).strip()
    # Remove the memory addresses of functions and objects.
    line = " ".join(re.sub(r" at 0x[0-9a-f]+", "", said.partition("\n")[0]).split())
    line = line.removesuffix(".") or type(error).__name__
    return f"{line}." if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def is_full(error: BaseException) -> bool:
    """Return whether the disk is full; TensorFlow reports that only as text."""
    words = "No space left on device"
    return getattr(error, "errno", None) == errno.ENOSPC or words in str(error)


def shown(value: object) -> str:
    """Quote a name or value for a message, in at most one line."""
    text = repr(value)
    if len(text) <= _LONGEST_NAME:
        return text
    return f"{text[:_LONGEST_NAME]}...{text[-1]}"
