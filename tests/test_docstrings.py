"""Every public function says what it takes, and every one that raises says when."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import digits_widget

PACKAGE = Path(digits_widget.__file__).parent

Function = ast.FunctionDef | ast.AsyncFunctionDef

FILES = sorted(PACKAGE.rglob("*.py"))


def public_functions(
    body: list[ast.stmt], owner: str = ""
) -> Iterator[tuple[str, Function]]:
    """Yield the public functions and methods, with their class in front."""
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield from public_functions(node.body, f"{owner}{node.name}.")
        elif "overload" not in map(ast.unparse, node.decorator_list):
            yield f"{owner}{node.name}", node


def arguments(function: Function) -> list[str]:
    """Return the names of the arguments that a caller passes."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    extra = [arg for arg in (given.vararg, given.kwarg) if arg]
    return [arg.arg for arg in (*named, *extra) if arg.arg not in {"self", "cls"}]


def raises(function: Function) -> bool:
    """Return whether the function raises an exception, outside functions in it."""
    nodes: list[ast.AST] = list(function.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Raise) and node.exc:
            return True
        if not isinstance(node, Function):
            nodes.extend(ast.iter_child_nodes(node))
    return False


def sections(function: Function) -> set[str]:
    """Return the headings of the function's docstring."""
    lines = (ast.get_docstring(function) or "").split("\n")
    return {
        heading
        for heading, line in pairwise(lines)
        if heading and line == "-" * len(heading)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_public_functions_document_their_parameters_and_errors(path: Path) -> None:
    missing = []
    for name, function in public_functions(ast.parse(path.read_text("utf-8")).body):
        if len(arguments(function)) > 1 and "Parameters" not in sections(function):
            missing.append(f"{name} has no Parameters")
        if raises(function) and "Raises" not in sections(function):
            missing.append(f"{name} has no Raises")
    assert not missing
