"""What a model declares: the inputs and outputs of each signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2

DEFAULT = "serving_default"
"""The signature meant where a request names none."""


@dataclass(frozen=True)
class Slot:
    """One input or output."""

    alias: str
    """Its public name."""

    tensor: str
    """The tensor's name inside the graph, such as ``StatefulPartitionedCall:0``."""

    type: int
    """The number of its data type."""

    shape: tuple[int, ...] | None
    """Declared shape, -1 for an unknown side; ``None`` if even the rank is unknown."""


@dataclass(frozen=True)
class Signature:
    """One way to call the model."""

    name: str
    """The key that requests give."""

    method: str
    """Method name, such as ``tensorflow/serving/predict``."""

    inputs: Mapping[str, Slot]
    """By alias."""

    outputs: Mapping[str, Slot]
    """By alias."""

    defaults: Mapping[str, tensor_pb2.TensorProto] = field(default_factory=dict)
    """Values of the inputs that a request may leave out, by alias."""


def read_signatures(
    meta_graph: meta_graph_pb2.MetaGraphDef,
) -> dict[str, Signature]:
    """Read every signature of a meta graph, by name."""
    return {
        name: Signature(
            name=name,
            method=proto.method_name,
            inputs=_slots(proto.inputs),
            outputs=_slots(proto.outputs),
            defaults=dict(proto.defaults),
        )
        for name, proto in meta_graph.signature_def.items()
    }


def _slots(infos: Mapping[str, meta_graph_pb2.TensorInfo]) -> dict[str, Slot]:
    return {
        alias: Slot(alias, infos[alias].name, infos[alias].dtype, _shape(infos[alias]))
        for alias in sorted(infos)
    }


def _shape(info: meta_graph_pb2.TensorInfo) -> tuple[int, ...] | None:
    if info.tensor_shape.unknown_rank:
        return None
    return tuple(dim.size for dim in info.tensor_shape.dim)
