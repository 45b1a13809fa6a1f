"""Arrays on the wire: ``TensorProto`` to NumPy and back, as TensorFlow does it."""

from __future__ import annotations

from digits_widget.model_server.tensors.decode import TensorError, decode
from digits_widget.model_server.tensors.encode import encode

__all__ = ["TensorError", "decode", "encode"]
