"""TensorFlow's exceptions, as the refusals that go out on the wire."""

from __future__ import annotations

import re

import tensorflow as tf

from digits_widget.model_server.refusal import CODES, Refusal, invalid

# What TensorFlow's Python puts in front of an op's words, and its C++ does not.
_PYTHON_WORDS = re.compile(r"\AGraph execution error:.*?\nNode: '[^'\n]*'\n", re.DOTALL)


def as_refusal(exc: BaseException) -> Refusal:
    """Turn anything that TensorFlow raised into a refusal with its code."""
    if isinstance(exc, tf.errors.OpError):
        number = exc.error_code
        code = CODES[number] if 0 < number < len(CODES) else "UNKNOWN"
        return Refusal(code, _PYTHON_WORDS.sub("", exc.message))
    if isinstance(exc, UnicodeDecodeError):
        # An op quoted bytes of the request in its message, and the binding could
        # not decode its own error.
        return invalid("The model refused the input; its words are not UTF-8")
    if isinstance(exc, MemoryError):
        return Refusal("RESOURCE_EXHAUSTED", "Out of memory")
    if isinstance(exc, (ValueError, TypeError)):
        return invalid(str(exc))
    return Refusal("INTERNAL", f"{type(exc).__name__}: {exc}")
