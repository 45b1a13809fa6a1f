"""Publishes a copy of a SavedModel as another version, with unchanged files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from google.protobuf.message import DecodeError
from tensorflow.core.framework import node_def_pb2
from tensorflow.core.protobuf import saved_model_pb2

from digits_widget.errors import ExportError
from digits_widget.training.publish import Exported, next_version, publish
from digits_widget.training.tags import read_tags, set_tags
from digits_widget.training.tflite import FILE, write_tflite

_KNOWN = frozenset(
    {
        "saved_model.pb",
        "fingerprint.pb",
        "keras_metadata.pb",
        "model.tflite",
        "variables",
        "assets",
        "assets.extra",
    }
)


# A graph is a program. Operations with these names run Python, or access files and
# other machines. A model for pictures needs none of them.
_REACHING_OUT = re.compile(
    r"PyFunc|ReadFile|WriteFile|MatchingFiles|TextFile|FileSystem|Reader(V2)?$"
    r"|(TextLine|Record|Cache|Snapshot|Load|Save|Service|Sql|LMDB)\w*Dataset"
    r"|Summary(File|Db)?Writer|Write\w*Summary|DatasetToTFRecord|PrintV2|ImmutableConst"
    r"|VocabRemapping|LoadAndRemapMatrix|Rpc|DebugIdentity|^(Save|Restore)(Slices?)?$"
)
_VARIABLES = frozenset({"VarHandleOp", "VariableV2", "Variable"})
_LARGEST = 1 << 31
"""Most bytes of a SavedModel."""


def export_saved_model(
    path: Path,
    folder: Path,
    version: int | None = None,
    *,
    tags: Sequence[str] | None = None,
) -> Exported:
    """Copy a SavedModel to the next version of `folder`; only its tags may change.

    Where LiteRT can run it, ``model.tflite`` is added.

    Parameters
    ----------
    path : Path
        Folder with ``saved_model.pb``.
    folder : Path
        Base path of the model; created if it does not exist.
    version : int, optional
        By default one above the highest version.
    tags : sequence of str, optional
        New tags of the graph; by default they stay.

    Raises
    ------
    ExportError
        The folder is not a SavedModel, has links or unknown files, has a graph that
        runs code or accesses files, or the version exists.
    """
    check_saved_model(path)
    reasons: list[str] = []

    def write(staged: Path) -> None:
        shutil.copytree(path, staged)
        if tags is not None:
            set_tags(staged, tags)
        if not (staged / FILE).exists():
            reasons.append(write_tflite(staged, read_tags(staged)))

    number = next_version(folder) if version is None else version
    published = publish(folder, number, write)
    return Exported(path=published, without_tflite="".join(reasons))


def check_saved_model(path: Path) -> None:
    """Refuse a folder that is not a SavedModel, or not safe to copy.

    Raises
    ------
    ExportError
        The folder is not a SavedModel, is damaged or too large, or its graph runs code.
    """
    file = path / "saved_model.pb"
    if not file.is_file():
        inside = [each.parent.name for each in path.glob("*/saved_model.pb")]
        one = f" Give one of its versions: {path / max(inside)}." if inside else ""
        msg = f"Got {path}, which holds no saved_model.pb, expected a SavedModel.{one}"
        raise ExportError(msg)
    total = 0
    for item in path.rglob("*"):
        strange = item.is_symlink() or not (item.is_file() or item.is_dir())
        if strange or item.relative_to(path).parts[0] not in _KNOWN:
            msg = f"Got {item}, which is not part of a SavedModel. Nothing was copied."
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
    nodes = list(_nodes(message))
    found = sorted({node.op for node in nodes if _REACHING_OUT.search(node.op)})
    if found:
        msg = (
            f"Got {file}, whose graph runs {', '.join(found)}: code or files "
            "outside the model. It was not copied."
        )
        raise ExportError(msg)
    for meta in message.meta_graphs:
        for asset in meta.asset_file_def:
            if PurePosixPath(asset.filename).name != asset.filename:
                msg = (
                    f"Got {file}, which reads {asset.filename!r}, a file outside its "
                    "folder assets. It was not copied."
                )
                raise ExportError(msg)
    if any(node.op in _VARIABLES for node in nodes):
        _check_variables(file.parent)


def _nodes(message: saved_model_pb2.SavedModel) -> Iterator[node_def_pb2.NodeDef]:
    for meta in message.meta_graphs:
        yield from meta.graph_def.node
        for function in meta.graph_def.library.function:
            yield from function.node_def


def _check_variables(path: Path) -> None:
    """Refuse a copy without its weights: a server would load it, but never answer."""
    held = path / "variables"
    if not ((held / "variables.index").is_file() and any(held.glob("*.data-*"))):
        msg = (
            f"Got {path} without its variables, expected variables/variables.index and "
            "variables.data-00000-of-00001: the copy is not whole. Copy it again."
        )
        raise ExportError(msg)
