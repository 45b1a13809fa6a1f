"""The client of TensorFlow Serving: all that knows gRPC, and never TensorFlow.

::

    images → Fit → Question → TensorProto → PredictRequest ⇄ the wire ⇄ PredictResponse
           fitting          tensors       messages         grpc_transport
                                                                  → Outputs → Prediction

`Client` is all that most need.
"""

from __future__ import annotations

# First, because whoever imports gRPC first decides how loud it is.
from digits_widget.serving import quiet as _quiet  # noqa: F401

# isort: split
from digits_widget.serving.client import Client
from digits_widget.serving.comparison import differences
from digits_widget.serving.connection import Tls
from digits_widget.serving.examples import Label
from digits_widget.serving.exchange import Exchange
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.question import Outputs
from digits_widget.serving.saved_model import read_saved_model
from digits_widget.serving.signature import ModelSignature, TensorSpec
from digits_widget.serving.version_status import VersionStatus
from digits_widget.serving.wire import Wire

__all__ = [
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
