"""The operations that a graph really uses, those inside its functions included."""

from __future__ import annotations

from digits_widget.serving.messages import Proto

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
"""Operations that only call a function, which their attribute ``f`` names."""


def used_operations(graph: Proto) -> frozenset[str]:
    """Return the names of all operations that `graph`, a `GraphDef`, can reach.

    Its library may hold functions that nothing calls; their operations do not count.
    """
    functions = {each.signature.name: each for each in graph.library.function}
    used: set[str] = set()
    waiting = [graph.node]
    while waiting:
        for node in waiting.pop():
            for name in _named_by(node) - used:
                used.add(name)
                if name in functions:
                    waiting.append(functions[name].node_def)
    return frozenset(used - functions.keys())


def _named_by(node: Proto) -> set[str]:
    # An operation may itself be the name of a function.
    return {node.op, node.attr["f"].func.name} if node.op in _CALLS else {node.op}
