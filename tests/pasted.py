"""Runs a recipe as a reader would who has NumPy and Pillow, and not this package."""

from __future__ import annotations

import builtins
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ALLOWED = {"numpy", "PIL", *sys.stdlib_module_names}


def tensor_of(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the lines beside the pictures in `folder`, and give the tensor they make."""
    if Path(os.curdir).resolve() != folder.resolve():
        monkeypatch.chdir(folder)
    names: dict[str, Any] = {"__builtins__": vars(builtins) | {"__import__": _plain}}
    exec(compile(text, "pasted", "exec"), names)  # noqa: S102 - as a reader would
    return names["tensor"]


def _plain(name: str, *rest: Any) -> Any:
    if name.split(".", maxsplit=1)[0] not in ALLOWED:
        msg = f"A recipe imports {name}."
        raise AssertionError(msg)
    return __import__(name, *rest)
