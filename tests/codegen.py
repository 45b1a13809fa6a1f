"""Runs generated code as a reader would who has NumPy and Pillow.

It may import this package only where a comment says so.
"""

from __future__ import annotations

import ast
import builtins
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ALLOWED = {"numpy", "PIL", *sys.stdlib_module_names}


WIDTH = 88

OURS = "# digits_widget does the steps that would take pages to write out."
"""The comment above the imports of this package."""


def check_readable(text: str) -> None:
    """Fail unless there is one statement a line, and no line is too long."""
    for line in text.splitlines():
        assert len(line) <= WIDTH, line
        assert ";" not in line
    for node in ast.walk(ast.parse(text)):
        for body in (getattr(node, "body", []), getattr(node, "orelse", [])):
            for first, second in pairwise(body if isinstance(body, list) else []):
                assert first.lineno != second.lineno, ast.unparse(second)
            if isinstance(body, list) and body and isinstance(node, ast.stmt):
                assert body[0].lineno > node.lineno, ast.unparse(node)
    assert ("from digits_widget" in text) == (OURS in text)


def tensor_of(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the lines beside the pictures in `folder`, and give the tensor they make."""
    check_readable(text)
    if Path(os.curdir).resolve() != folder.resolve():
        monkeypatch.chdir(folder)
    importer = __import__ if OURS in text else _plain
    names: dict[str, Any] = {"__builtins__": vars(builtins) | {"__import__": importer}}
    exec(compile(text, "pasted", "exec"), names)  # noqa: S102 - as a reader would
    return names["tensor"]


def _plain(name: str, *rest: Any) -> Any:
    if name.split(".", maxsplit=1)[0] not in ALLOWED:
        msg = f"A recipe imports {name}."
        raise AssertionError(msg)
    return __import__(name, *rest)
