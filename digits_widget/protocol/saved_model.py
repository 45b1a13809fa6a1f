"""Reads ``saved_model.pb`` without TensorFlow: tags, signatures, operations."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format
from google.protobuf.message import DecodeError

from digits_widget.errors import SavedModelError
from digits_widget.protocol.dtypes import name_of_number
from digits_widget.protocol.messages import Proto, SavedModel
from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.protocol.signature import TensorSpec, read_signatures
from digits_widget.regular_file import read_regular_file

_NAMES = ("saved_model.pb", "saved_model.pbtxt")
"""File names of a SavedModel. The reader looks for them with `os.path.exists`, which
reports invalid names as absent."""

_MOST_BYTES = {".pb": (1 << 31) - 1, ".pbtxt": 1 << 28}
"""Largest files to read, in bytes: protobuf's limit is 2 GiB, and parsing text takes
many times the file's size in memory."""

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
"""Operations that only call the function named in their attribute ``f``."""


@dataclass(frozen=True)
class Function:
    """One function of the exported Python object."""

    name: str
    """Its name in Python, such as ``__call__``."""

    options: tuple[tuple[tuple[object, ...], tuple[str, ...]], ...]
    """Positional arguments and keyword names, for each way to call it. A `TensorSpec`
    stands for a tensor; any other argument is the Python value itself."""


@dataclass(frozen=True)
class SavedGraph:
    """One graph of a SavedModel."""

    tags: tuple[str, ...]
    """The graph's purpose: a server loads the graph with the single tag serve."""

    metadata: ModelMetadata
    """Its signatures."""

    ops: frozenset[str]
    """Names of all operations in use, such as ``Conv2D``."""

    functions: tuple[Function, ...] | None
    """Functions that Python can call after loading; None in TensorFlow 1 exports."""


@dataclass(frozen=True)
class SavedModelFolder:
    """The contents of a folder with ``saved_model.pb``."""

    path: Path
    """The folder."""

    graphs: tuple[SavedGraph, ...]
    """Its graphs, in the order of their tags."""

    def graph(self, tags: str = "serve") -> SavedGraph:
        """Return the graph with exactly these tags, separated by commas.

        Raises
        ------
        SavedModelError
            No graph has these tags.
        """
        wanted = {tag.strip() for tag in tags.split(",")}
        for graph in self.graphs:
            if set(graph.tags) == wanted:
                return graph
        known = "; ".join(",".join(graph.tags) for graph in self.graphs) or "none"
        msg = (
            f"Got tags {tags!r} for {self.path}, expected one of: {known}. Choose one "
            "with --tag_set."
        )
        raise SavedModelError(msg)

    def _repr_html_(self) -> str:
        return "".join(graph.metadata._repr_html_() for graph in self.graphs)


def read_saved_model(folder: str | Path) -> SavedModelFolder:
    """Return the description that the SavedModel in `folder` gives of itself.

    Parameters
    ----------
    folder : str or Path
        The folder of one version, or its parent for the highest version there.

    Raises
    ------
    SavedModelError
        The folder holds no SavedModel, or its file is damaged.
    """
    path = _version_folder(Path(folder))
    message = parse_saved_model(path, SavedModel())
    graphs = sorted(message.meta_graphs, key=lambda each: list(each.meta_info_def.tags))
    return SavedModelFolder(path, tuple(_read_graph(path, each) for each in graphs))


def is_saved_model(folder: Path) -> bool:
    """Return whether `folder` itself holds a SavedModel file."""
    return any(os.path.exists(folder / name) for name in _NAMES)  # noqa: PTH110


def parse_saved_model(folder: Path, message: Proto) -> Proto:
    """Read the SavedModel file in `folder` into `message`, and return the message.

    Parameters
    ----------
    folder : Path
        The folder of one version.
    message : SavedModel
        An empty message: this project's own or TensorFlow's.

    Raises
    ------
    SavedModelError
        The file cannot be read or parsed. The exception's cause says which.
    """
    binary, text = (folder / name for name in _NAMES)
    file = binary if binary.exists() else text
    try:
        data = read_regular_file(file, most=_MOST_BYTES[file.suffix])
        if file is text:
            return text_format.Parse(data.decode(), message, allow_unknown_field=True)
        message.ParseFromString(data)
    except RecursionError as exc:
        raise _unreadable(file, "it is nested too deeply") from exc
    except (DecodeError, text_format.ParseError, ValueError, TypeError, OSError) as exc:
        raise _unreadable(file, str(exc)) from exc
    return message


def versions_on_disk(base: str | Path) -> tuple[int, ...]:
    """Return the versions in the folder `base`, lowest first, as a server sees them."""
    try:
        names = [each.name for each in Path(base).iterdir()]
    except (OSError, ValueError):  # absent, or not a valid name
        return ()
    return tuple(sorted({int(name) for name in names if _is_version(name)}))


def _is_version(name: str) -> bool:
    return name.isascii() and name.isdigit() and int(name[:20]) < 1 << 63


def _version_folder(path: Path) -> Path:
    if is_saved_model(path):
        return path
    versions = versions_on_disk(path)
    if versions:
        names = {int(p.name): p for p in path.iterdir() if _is_version(p.name)}
        return names[versions[-1]]
    msg = (
        f"Got {path}, expected a folder with saved_model.pb, or one with versions such "
        "as 1 and 2. Give the folder that the model was exported to."
    )
    raise SavedModelError(msg)


def _unreadable(file: Path, why: str) -> SavedModelError:
    return SavedModelError(
        f"Got {file}, which cannot be read ({why}), expected what an export writes. "
        "Export or copy the model again."
    )


def _read_graph(path: Path, message: Proto) -> SavedGraph:
    named = path.resolve()
    version = int(named.name) if _is_version(named.name) else None
    metadata = ModelMetadata(
        named.name if version is None else named.parent.name,
        version,
        read_signatures(message.signature_def),
        str(path),
    )
    functions = None
    if message.HasField("object_graph_def"):
        try:
            functions = _read_functions(message.object_graph_def)
        except (LookupError, RecursionError) as exc:
            why = "its table of functions points nowhere"
            raise _unreadable(path, why) from exc
    return SavedGraph(
        tuple(message.meta_info_def.tags),
        metadata,
        _used_operations(message.graph_def),
        functions,
    )


def _used_operations(graph: Proto) -> frozenset[str]:
    """Return the names of all operations that `graph`, a `GraphDef`, can reach.

    The graph's library may hold unused functions; their operations do not count.
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
    # A function can be called by using its name as the operation.
    return {node.op, node.attr["f"].func.name} if node.op in _CALLS else {node.op}


def _read_functions(objects: Proto) -> tuple[Function, ...]:
    """Return the functions among the attributes of the exported object, by name."""
    if not objects.nodes:
        return ()
    children = sorted(objects.nodes[0].children, key=lambda child: child.local_name)
    found = []
    for child in children:
        if child.node_id < 0:  # Python would count this from the end
            raise IndexError(child.node_id)
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
    if name not in objects.concrete_functions:  # a lookup would add an empty entry
        raise KeyError(name)
    concrete = objects.concrete_functions[name]
    both = _value(concrete.canonicalized_input_signature)
    match both:
        case (tuple() | list() as positional, dict() as named):
            return tuple(positional), tuple(named)
    return (), ()


def _value(message: Proto) -> object:
    """Return the Python value of a `StructuredValue`."""
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
