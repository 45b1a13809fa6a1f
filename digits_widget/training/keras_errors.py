"""Exceptions of Keras and TensorFlow about an invalid model."""

from __future__ import annotations

import tensorflow as tf

REFUSED = (
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    IndexError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    MemoryError,
    tf.errors.OpError,
)
"""Exceptions of Keras about an invalid description."""
