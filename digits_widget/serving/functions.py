"""The functions that a SavedModel keeps for Python programs, and their arguments."""

from __future__ import annotations

from dataclasses import dataclass

from digits_widget.serving.dtypes import name_of_number
from digits_widget.serving.messages import Proto
from digits_widget.serving.signature import TensorSpec


@dataclass(frozen=True)
class Function:
    """One function by the name that it had in Python."""

    name: str
    """Such as ``__call__``."""

    options: tuple[tuple[tuple[object, ...], tuple[str, ...]], ...]
    """Positional arguments, and the names of others, for each way to call it. A tensor
    is a `TensorSpec`; all else is the Python value itself."""


def read_functions(objects: Proto) -> tuple[Function, ...]:
    """Return the functions among the attributes of the exported object, by name."""
    if not objects.nodes:
        return ()
    children = sorted(objects.nodes[0].children, key=lambda child: child.local_name)
    found = []
    for child in children:
        node = objects.nodes[child.node_id]
        kind = node.WhichOneof("kind")
        if kind == "function":
            names = sorted(node.function.concrete_functions)
            options = [_read_option(objects, name) for name in names]
        elif kind == "bare_concrete_function":
            name = node.bare_concrete_function.concrete_function_name
            options = [_read_option(objects, name)]
        else:
            continue
        found.append(Function(child.local_name, tuple(options)))
    return tuple(found)


def _read_option(
    objects: Proto, name: str
) -> tuple[tuple[object, ...], tuple[str, ...]]:
    concrete = objects.concrete_functions[name]
    both = _value(concrete.canonicalized_input_signature)
    if not isinstance(both, tuple) or len(both) != 2:
        return (), ()
    return tuple(both[0]), tuple(both[1])


def _value(message: Proto) -> object:
    """Return the Python value that a `StructuredValue` stands for."""
    kind = message.WhichOneof("kind")
    value: Proto = getattr(message, kind) if kind else message
    result: object = None
    match kind:
        case "tensor_spec_value":
            result = _spec(value)
        case "list_value":
            result = [_value(each) for each in value.values]
        case "tuple_value":
            result = tuple(_value(each) for each in value.values)
        case "dict_value":
            result = {name: _value(value.fields[name]) for name in sorted(value.fields)}
        case "named_tuple_value":
            result = tuple(_value(each.value) for each in value.values)
        case "float64_value" | "int64_value" | "string_value" | "bool_value":
            result = value
    return result


def _spec(message: Proto) -> TensorSpec:
    shape = tuple(dim.size for dim in message.shape.dim)
    unknown = message.shape.unknown_rank
    return TensorSpec(
        message.name, name_of_number(message.dtype), None if unknown else shape
    )
