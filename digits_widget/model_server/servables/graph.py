"""What a graph is made of, as far as running it safely depends on it."""

from __future__ import annotations

from tensorflow.core.protobuf import meta_graph_pb2

_LOOPS = frozenset(
    {"While", "StatelessWhile", "Enter", "NextIteration", "PyFunc", "EagerPyFunc"}
)


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
        """Whether the time that it takes is not bounded by the size of its input."""
        return bool(self.ops & _LOOPS)
