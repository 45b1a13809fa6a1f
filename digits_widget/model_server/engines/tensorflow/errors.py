"""Converts TensorFlow's exceptions to the status errors that clients receive."""

from __future__ import annotations

import re

import tensorflow as tf

from digits_widget.model_server.status_error import CODES, StatusError, invalid

# TensorFlow's Python adds this before an op's message; its C++ does not.
_PYTHON_WORDS = re.compile(r"\AGraph execution error:.*?\nNode: '[^'\n]*'\n", re.DOTALL)


def as_status_error(exc: BaseException) -> StatusError:
    """Convert any exception from TensorFlow to an error with its status code."""
    if isinstance(exc, tf.errors.OpError):
        number = exc.error_code
        code = CODES[number] if 0 < number < len(CODES) else "UNKNOWN"
        return StatusError(code, _PYTHON_WORDS.sub("", exc.message))
    if isinstance(exc, UnicodeDecodeError):
        # An op quoted bytes of the request in its message, which the Python binding
        # failed to decode.
        return invalid("The model refused the input; its words are not UTF-8")
    if isinstance(exc, MemoryError):
        return StatusError("RESOURCE_EXHAUSTED", "Out of memory")
    if isinstance(exc, (ValueError, TypeError)):
        return invalid(str(exc))
    return StatusError("INTERNAL", f"{type(exc).__name__}: {exc}")
