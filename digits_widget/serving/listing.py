"""Signatures as text, in the layout of TensorFlow's ``saved_model_cli show``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.protocol.saved_model import Function, SavedGraph, SavedModelFolder
from digits_widget.protocol.signature import ModelSignature, TensorSpec


def list_tag_sets(model: SavedModelFolder) -> str:
    """Return the output of ``show --dir D``."""
    sets = sorted(repr(", ".join(sorted(graph.tags))) for graph in model.graphs)
    return "\n".join(["The given SavedModel contains the following tag-sets:", *sets])


def list_keys(metadata: ModelMetadata) -> str:
    """Return the output of ``show --dir D --tag_set T``."""
    keys = [f'SignatureDef key: "{name}"' for name in sorted(metadata.signatures)]
    title = (
        "The given SavedModel MetaGraphDef contains SignatureDefs with the following"
    )
    return "\n".join([f"{title} keys:", *keys])


def list_signature(signature: ModelSignature) -> str:
    """Return the output of ``show --dir D --tag_set T --signature_def S``."""
    return "\n".join(_signature_lines(signature))


def list_served(metadata: ModelMetadata) -> str:
    """Return all signatures as ``show --all`` prints them; a server offers no more."""
    blocks = []
    for name in sorted(metadata.signatures):
        lines = _signature_lines(metadata.signatures[name])
        block = [f"signature_def['{name}']:", *(f"  {line}" for line in lines)]
        blocks.append("\n".join(block))
    return "\n\n".join(blocks)


def list_all(model: SavedModelFolder) -> str:
    """Return the output of ``show --dir D --all``, with operations sorted by name."""
    text = "\n".join(_graph_text(graph) for graph in model.graphs)
    functions = [graph.functions for graph in model.graphs]
    kept = [each for each in functions if each is not None]
    if not kept:
        return text
    return f"{text}\n\nConcrete Functions:{_function_text(kept[0])}"


def _graph_text(graph: SavedGraph) -> str:
    return (
        f"\nMetaGraphDef with tag-set: '{', '.join(graph.tags)}' contains the "
        f"following SignatureDefs:\n\n{list_served(graph.metadata)}\n"
        f"The MetaGraph with tag set {list(graph.tags)} contains the following ops: "
        f"{{{', '.join(map(repr, sorted(graph.ops)))}}}"
    )


def _signature_lines(signature: ModelSignature) -> Iterator[str]:
    yield "The given SavedModel SignatureDef contains the following input(s):"
    yield from _tensor_lines("inputs", signature.inputs)
    yield "The given SavedModel SignatureDef contains the following output(s):"
    yield from _tensor_lines("outputs", signature.outputs)
    yield f"Method name is: {signature.method}"


def _tensor_lines(role: str, specs: Iterable[TensorSpec]) -> Iterator[str]:
    for spec in specs:
        sizes = ", ".join(map(str, spec.shape or ()))
        yield f"  {role}['{spec.name}'] tensor_info:"
        yield f"      dtype: {spec.dtype}"
        yield f"      shape: {'unknown_rank' if spec.shape is None else f'({sizes})'}"
        yield f"      name: {spec.tensor}"


def _function_text(functions: Iterable[Function]) -> str:
    lines = []
    for function in functions:
        lines.append(f"\n  Function Name: '{function.name}'")
        for number, (positional, named) in enumerate(function.options, start=1):
            if positional:
                lines += [f"    Option #{number}", "      Callable with:"]
                lines += _argument_lines("Argument", positional)
            lines += _argument_lines("Named Argument", named)
    return "\n".join(lines)


def _argument_lines(kind: str, arguments: Iterable[object]) -> Iterator[str]:
    for number, value in enumerate(arguments, start=1):
        yield f"        {kind} #{number}"
        if isinstance(value, str):
            yield f"          {value}"
        elif isinstance(value, TensorSpec):
            yield f"          {value.name or None}: {_quoted(value)}"
        elif isinstance(value, dict):
            items = "".join(f"'{k}': {_quoted(v)}, " for k, v in value.items())
            yield from _container_lines("dict", f"{{{items}", "}")
        elif isinstance(value, (list, tuple)):
            items = "".join(f"{_quoted(each)}, " for each in value)
            yield from _container_lines(type(value).__name__, f"[{items}", "]")
        else:
            yield f"          DType: {type(value).__name__}"
            yield f"          Value: {value}"


def _container_lines(kind: str, opened: str, end: str) -> Iterator[str]:
    yield f"          DType: {kind}"
    # TensorFlow's tool moves the cursor back over the last comma of the list.
    yield f"          Value: {opened}\b\b{end}"


def _quoted(value: object) -> str:
    if isinstance(value, TensorSpec):
        shape = "<unknown>"
        if value.shape is not None:
            shape = str(tuple(None if size < 0 else size for size in value.shape))
        name = repr(value.name or None)
        return f"TensorSpec(shape={shape}, dtype=tf.{value.short_dtype}, name={name})"
    return f"'{value}'" if isinstance(value, str) else str(value)
