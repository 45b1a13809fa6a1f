"""The message classes of TensorFlow Serving, made from the project's own ``protos/``.

This module keeps them in a private descriptor pool. In protobuf's shared pool these
names belong to TensorFlow, and the second library to add them there fails with
``TypeError: duplicate symbol``. With a private pool both work in one process, and they
produce the same bytes.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any, TypeAlias

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

Proto: TypeAlias = Any
"""A message, or a message class. `message_class` builds the classes at run time, so a
type checker cannot know their fields; this alias at least marks where they occur."""


def build_pool() -> DescriptorPool:
    """Return a new pool that holds ``protos/`` and the files that it imports."""
    pool = DescriptorPool()
    data = files(__package__).joinpath("descriptors.binpb").read_bytes()
    for file in FileDescriptorSet.FromString(data).file:
        pool.Add(file)
    return pool


POOL = build_pool()
"""The private pool: every message of ``protos/`` by its full name."""


def message_class(name: str) -> Proto:
    """Return the class of the message called `name`.

    Parameters
    ----------
    name : str
        The full name, such as ``tensorflow.TensorProto``.
    """
    return GetMessageClass(POOL.FindMessageTypeByName(name))


def service(name: str) -> ServiceDescriptor:
    """Return the descriptor of ``PredictionService`` or ``ModelService``."""
    return POOL.FindServiceByName(f"tensorflow.serving.{name}")


TensorProto = message_class("tensorflow.TensorProto")
Example = message_class("tensorflow.Example")
SavedModel = message_class("tensorflow.SavedModel")

ModelSpec = message_class("tensorflow.serving.ModelSpec")
PredictRequest = message_class("tensorflow.serving.PredictRequest")
PredictResponse = message_class("tensorflow.serving.PredictResponse")
Input = message_class("tensorflow.serving.Input")
ClassificationRequest = message_class("tensorflow.serving.ClassificationRequest")
ClassificationResult = message_class("tensorflow.serving.ClassificationResult")
ClassificationResponse = message_class("tensorflow.serving.ClassificationResponse")
RegressionRequest = message_class("tensorflow.serving.RegressionRequest")
RegressionResult = message_class("tensorflow.serving.RegressionResult")
RegressionResponse = message_class("tensorflow.serving.RegressionResponse")
MultiInferenceRequest = message_class("tensorflow.serving.MultiInferenceRequest")
MultiInferenceResponse = message_class("tensorflow.serving.MultiInferenceResponse")
GetModelMetadataRequest = message_class("tensorflow.serving.GetModelMetadataRequest")
GetModelMetadataResponse = message_class("tensorflow.serving.GetModelMetadataResponse")
SignatureDef = message_class("tensorflow.SignatureDef")
SignatureDefMap = message_class("tensorflow.serving.SignatureDefMap")
GetModelStatusRequest = message_class("tensorflow.serving.GetModelStatusRequest")
GetModelStatusResponse = message_class("tensorflow.serving.GetModelStatusResponse")
ModelServerConfig = message_class("tensorflow.serving.ModelServerConfig")
PredictionLog = message_class("tensorflow.serving.PredictionLog")
ReloadConfigRequest = message_class("tensorflow.serving.ReloadConfigRequest")
ReloadConfigResponse = message_class("tensorflow.serving.ReloadConfigResponse")

DATA_TYPES = POOL.FindEnumTypeByName("tensorflow.DataType")
"""The enum of element types: names such as ``DT_FLOAT`` and their numbers."""
