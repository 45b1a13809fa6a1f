"""The client of TensorFlow Serving, over gRPC or REST, without TensorFlow.

::

    images → InputAdapter → Call → TensorProto → PredictRequest ⇄ PredictResponse
             input_adapter  call   tensors       grpc_transport
                                                            → Outputs → Prediction

Most programs need only `Client`, or `AsyncClient` in an event loop.
"""

from __future__ import annotations

# First, because the first import of gRPC decides how much it logs.
from digits_widget.serving import quiet as _quiet  # noqa: F401

# isort: split
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.saved_model import read_saved_model
from digits_widget.protocol.signature import ModelSignature, TensorSpec
from digits_widget.protocol.wire import Wire
from digits_widget.serving.async_client import AsyncClient
from digits_widget.serving.call import Exchange, Outputs
from digits_widget.serving.client import Client
from digits_widget.serving.comparison import differences
from digits_widget.serving.connection import Tls
from digits_widget.serving.examples import Label

__all__ = [
    "AsyncClient",
    "Client",
    "Exchange",
    "Label",
    "ModelMetadata",
    "ModelSignature",
    "Outputs",
    "TensorSpec",
    "Tls",
    "VersionStatus",
    "Wire",
    "differences",
    "read_saved_model",
]
