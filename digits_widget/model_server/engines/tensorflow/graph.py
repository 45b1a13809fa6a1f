"""Checks a graph before TensorFlow sees it, and keeps it from ending the process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from tensorflow.core.framework import graph_pb2, node_def_pb2, types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from digits_widget.model_server.status_error import invalid

_LOOPS = frozenset(
    {"While", "StatelessWhile", "Enter", "NextIteration", "PyFunc", "EagerPyFunc"}
)

_CALLS = {"PartitionedCall", "StatefulPartitionedCall"}

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
"""Ops whose kernels assert a rank: the index of the input, and that rank."""


class Graph:
    """The kinds of op in a meta graph, its functions included.

    Parameters
    ----------
    meta_graph : MetaGraphDef
        As read from disk.
    """

    def __init__(self, meta_graph: meta_graph_pb2.MetaGraphDef) -> None:
        graph_def = meta_graph.graph_def
        self.ops = {node.op for node in graph_def.node} | {
            node.op
            for function in graph_def.library.function
            for node in function.node_def
        }

    @property
    def may_run_for_ever(self) -> bool:
        """Whether the graph has loops, so that its input does not bound its time."""
        return bool(self.ops & _LOOPS)


def check_functions(graph_def: graph_pb2.GraphDef) -> None:
    """Refuse a graph with missing or recursive functions.

    A function that calls itself, directly or through others, crashes TensorFlow during
    the import of the graph. A missing function makes every request fail.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT, with the name of the function.
    """
    functions = {
        function.signature.name: function for function in graph_def.library.function
    }
    nodes = [
        *graph_def.node,
        *(node for function in functions.values() for node in function.node_def),
    ]
    for node in nodes:
        # Looking up a missing key in this map would add it.
        is_call = node.op in _CALLS and "f" in node.attr
        called = node.attr["f"].func.name if is_call else ""
        if called and called not in functions:
            msg = f"Node {node.name} calls the function {called}, which is missing"
            raise invalid(msg)
    calls = {
        name: {
            called
            for node in function.node_def
            for called in _called(node)
            if called in functions
        }
        for name, function in functions.items()
    }
    _check_cycles(calls)


def _check_cycles(calls: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(calls).prepare()
    except CycleError as exc:
        raise invalid(f"The function {exc.args[1][0]} calls itself") from exc


def _called(node: node_def_pb2.NodeDef) -> Iterator[str]:
    yield node.op
    for value in node.attr.values():
        yield value.func.name
        for function in value.list.func:
            yield function.name


def harden(graph_def: graph_pb2.GraphDef) -> graph_pb2.GraphDef:
    """Return a copy of a graph with a rank check in front of every fragile op.

    Some kernels check the rank of their input with a C++ assertion. For example, an
    image without a batch dimension in a convolution aborts the whole process with the
    oneDNN kernels, TensorFlow's default on x86. An ``EnsureShape`` takes a microsecond
    and refuses such an input with INVALID_ARGUMENT. As in TensorFlow Serving, the graph
    itself checks all other shapes.
    """
    hardened = graph_pb2.GraphDef()
    hardened.CopyFrom(graph_def)
    hardened.node.extend(_guard(hardened.node, ""))
    for function in hardened.library.function:
        # Inside a function, an input's name includes the output's name.
        function.node_def.extend(_guard(function.node_def, ":output:0"))
    return hardened


def _guard(
    nodes: Iterable[node_def_pb2.NodeDef], output: str
) -> list[node_def_pb2.NodeDef]:
    return [
        _check_before(node, output)
        for node in nodes
        # TensorFlow itself refuses a graph in which the input is missing.
        if node.op in FRAGILE and len(node.input) > FRAGILE[node.op][0]
    ]


def _check_before(node: node_def_pb2.NodeDef, output: str) -> node_def_pb2.NodeDef:
    index, rank = FRAGILE[node.op]
    check = node_def_pb2.NodeDef(name=f"{node.name}/has_rank", op="EnsureShape")
    check.input.append(node.input[index])
    check.device = node.device
    if "T" in node.attr:
        check.attr["T"].CopyFrom(node.attr["T"])
    else:
        # Exports omit attributes that have their default values.
        check.attr["T"].type = types_pb2.DT_FLOAT
    check.attr["shape"].shape.SetInParent()
    for _ in range(rank):
        check.attr["shape"].shape.dim.add(size=-1)
    node.input[index] = check.name + output
    return check
