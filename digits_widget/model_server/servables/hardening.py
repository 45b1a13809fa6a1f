"""Makes sure that no input, however misshapen, can end the process.

Some kernels check the rank of their input with a C++ assertion: an image without its
batch dimension, fed to a convolution, ends the whole process (oneDNN's kernels do, and
they are TensorFlow's default on x86). So an ``EnsureShape`` goes in front of each such
op: it costs a microsecond, and refuses with INVALID_ARGUMENT what would be fatal.
Everything else about shapes is left to the graph, as TensorFlow Serving does.
"""

from __future__ import annotations

from collections.abc import Iterable

from tensorflow.core.framework import graph_pb2, node_def_pb2, types_pb2

FRAGILE = {
    "Conv2D": (0, 4),
    "Conv3D": (0, 5),
    "Conv2DBackpropInput": (2, 4),
    "Conv3DBackpropInputV2": (2, 5),
    "DepthwiseConv2dNative": (0, 4),
    "FusedBatchNorm": (0, 4),
    "FusedBatchNormV2": (0, 4),
    "MaxPool": (0, 4),
    "AvgPool": (0, 4),
    "MaxPool3D": (0, 5),
    "AvgPool3D": (0, 5),
    "LRN": (0, 4),
    "LSTMBlockCell": (0, 2),
    "GRUBlockCell": (0, 2),
    "BlockLSTM": (1, 3),
    "BlockLSTMV2": (1, 3),
}
"""Ops that assert: which of their inputs, and the rank that it must have."""


def harden(graph_def: graph_pb2.GraphDef) -> graph_pb2.GraphDef:
    """Copy a graph, with a rank check in front of every fragile op."""
    hardened = graph_pb2.GraphDef()
    hardened.CopyFrom(graph_def)
    hardened.node.extend(_guard(hardened.node, ""))
    for function in hardened.library.function:
        # Inside a function an input names the output that it means.
        function.node_def.extend(_guard(function.node_def, ":output:0"))
    return hardened


def _guard(
    nodes: Iterable[node_def_pb2.NodeDef], output: str
) -> list[node_def_pb2.NodeDef]:
    return [_check_before(node, output) for node in nodes if node.op in FRAGILE]


def _check_before(node: node_def_pb2.NodeDef, output: str) -> node_def_pb2.NodeDef:
    index, rank = FRAGILE[node.op]
    check = node_def_pb2.NodeDef(name=f"{node.name}/has_rank", op="EnsureShape")
    check.input.append(node.input[index])
    check.device = node.device
    if "T" in node.attr:
        check.attr["T"].CopyFrom(node.attr["T"])
    else:
        # Exports leave out an attribute that has its default.
        check.attr["T"].type = types_pb2.DT_FLOAT
    check.attr["shape"].shape.SetInParent()
    for _ in range(rank):
        check.attr["shape"].shape.dim.add(size=-1)
    node.input[index] = check.name + output
    return check
