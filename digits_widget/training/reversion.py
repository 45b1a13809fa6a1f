"""Publishes a SavedModel again, as another version, byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from digits_widget.errors import ExportError
from digits_widget.training.export import set_tags
from digits_widget.training.publish import next_version, publish

_KNOWN = frozenset(
    {
        "saved_model.pb",
        "fingerprint.pb",
        "keras_metadata.pb",
        "variables",
        "assets",
        "assets.extra",
    }
)


# A graph is a program. These operations run Python or touch files outside of it.
_REACHING_OUT = frozenset(
    {
        "PyFunc",
        "PyFuncStateless",
        "EagerPyFunc",
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
    }
)
_LARGEST = 1 << 31


def export_saved_model(
    path: Path,
    folder: Path,
    version: int | None = None,
    *,
    tags: Sequence[str] | None = None,
) -> Path:
    """Copy a SavedModel to the next version of `folder`; only its tags may change.

    Parameters
    ----------
    path : Path
        Folder with ``saved_model.pb``.
    folder : Path
        The model's base path. Made if it is not there.
    version : int, optional
        By default one above the highest there.
    tags : sequence of str, optional
        By default as they are.

    Raises
    ------
    ExportError
        Not a SavedModel, links or strange files in it, a graph that runs code or
        touches files, or a version that exists.
    """
    check_saved_model(path)

    def write(staged: Path) -> None:
        shutil.copytree(path, staged)
        if tags is not None:
            set_tags(staged, tags)

    return publish(folder, next_version(folder) if version is None else version, write)


def check_saved_model(path: Path) -> None:
    """Raise `ExportError` unless `path` holds a SavedModel that is safe to copy."""
    file = path / "saved_model.pb"
    if not file.is_file():
        msg = f"Got {path}, which holds no saved_model.pb, expected a SavedModel."
        raise ExportError(msg)
    total = 0
    for item in path.rglob("*"):
        if item.is_symlink() or item.relative_to(path).parts[0] not in _KNOWN:
            msg = f"Got {item}, which is no part of a SavedModel: nothing was copied."
            raise ExportError(msg)
        total += item.stat().st_size
    if total > _LARGEST:
        msg = f"Got {path} with {total:,} bytes, expected at most {_LARGEST:,}."
        raise ExportError(msg)
    _check_graphs(file)


def _check_graphs(file: Path) -> None:
    try:
        message = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    except DecodeError as exc:
        msg = f"Got {file}, which is damaged: {exc}. Copy or export it again."
        raise ExportError(msg) from exc
    if not message.meta_graphs:
        msg = f"Got {file}, which has no graph in it: it is cut short."
        raise ExportError(msg)
    for meta in message.meta_graphs:
        graph = meta.graph_def
        nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
        found = sorted({node.op for node in nodes} & _REACHING_OUT)
        if found:
            msg = (
                f"Got {file}, whose graph runs {', '.join(found)}: code or files "
                "outside the model. It was not copied."
            )
            raise ExportError(msg)
