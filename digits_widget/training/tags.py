"""The tags of a graph in a SavedModel, by which a server chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tensorflow.core.protobuf import saved_model_pb2

from digits_widget.errors import ExportError


def check_tags(tags: Sequence[str]) -> None:
    """Raise `ExportError` for no tags, an empty one, or a text in place of a list."""
    if isinstance(tags, str) or not tags or not all(tags):
        told = repr(tags) if isinstance(tags, str) else list(tags)
        msg = f'Got the tags {told}, expected at least one, such as ("serve",).'
        raise ExportError(msg)


def set_tags(path: Path, tags: Sequence[str]) -> None:
    """Rewrite the tags of the graph in a SavedModel's folder.

    Raises
    ------
    ExportError
        No tags, or an empty one.
    """
    check_tags(tags)
    file = path / "saved_model.pb"
    message = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    if len(message.meta_graphs) != 1:
        count = len(message.meta_graphs)
        msg = (
            f"Got a SavedModel of {count} graphs, expected one to give tags to. Leave "
            "the tags as they are."
        )
        raise ExportError(msg)
    info = message.meta_graphs[0].meta_info_def
    if list(info.tags) != list(tags):
        info.tags[:] = tags
        file.write_bytes(message.SerializeToString(deterministic=True))
