"""Checks that all variables that a model reads have values, before it serves.

Some exports restore copies of their variables but read the originals. TensorFlow
Serving puts such a version in service, and then every request fails.
"""

from __future__ import annotations

from collections.abc import Iterable

import tensorflow as tf
from tensorflow.core.framework import graph_pb2

from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.signature import UNKNOWN

_SHOWN = 3


def check_variables(
    session: tf.compat.v1.Session,
    graph_def: graph_pb2.GraphDef,
    signatures: Iterable[Signature],
) -> None:
    """Refuse a model that would read a variable without a value.

    Parameters
    ----------
    session : tf.compat.v1.Session
        The session, restored and initialised.
    graph_def : GraphDef
        The session's graph, as imported.
    signatures : iterable of Signature
        The signatures whose outputs to check.

    Raises
    ------
    StatusError
        FAILED_PRECONDITION, with the names of some such variables.
    """
    outputs = [
        spec.tensor
        for signature in signatures
        for spec in signature.outputs.values()
        if spec.dtype != UNKNOWN
    ]
    handles = _handles(graph_def, outputs)
    if not handles:
        return
    with session.graph.as_default():
        tests = [
            tf.raw_ops.VarIsInitializedOp(
                resource=session.graph.get_tensor_by_name(f"{name}:0")
            )
            for name in handles
        ]
    found = session.run(tests)
    empty = [name for name, has in zip(handles, found, strict=True) if not has]
    if empty:
        msg = (
            f"The files restore no value for {len(empty)} of {len(handles)} variables "
            f"that the graph reads ({', '.join(empty[:_SHOWN])}). Export it again"
        )
        raise StatusError("FAILED_PRECONDITION", msg)


def _handles(graph_def: graph_pb2.GraphDef, outputs: Iterable[str]) -> list[str]:
    """Find the variables that the outputs depend on, walking the graph backwards."""
    nodes = {node.name: node for node in graph_def.node}
    waiting = [_node(name) for name in outputs]
    seen: set[str] = set()
    handles = []
    while waiting:
        name = waiting.pop()
        if name in seen or name not in nodes:
            continue
        seen.add(name)
        if nodes[name].op == "VarHandleOp":
            handles.append(name)
        waiting += map(_node, nodes[name].input)
    return sorted(handles)


def _node(tensor: str) -> str:
    return tensor.removeprefix("^").partition(":")[0]
