"""The tags of a SavedModel's graph, by which a server chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tensorflow.core.protobuf import saved_model_pb2

from digits_widget.errors import ExportError

SERVE = ("serve",)
"""The tags that TensorFlow Serving looks for by default."""


def check_tags(tags: Sequence[str]) -> None:
    """Refuse invalid tags.

    Raises
    ------
    ExportError
        There are no tags, one is empty, or `tags` is a text instead of a list.
    """
    if isinstance(tags, str) or not tags or not all(tags):
        told = repr(tags) if isinstance(tags, str) else list(tags)
        msg = f'Got the tags {told}, expected at least one, such as ("serve",).'
        raise ExportError(msg)


def read_tags(path: Path) -> tuple[str, ...]:
    """Return the tags of the graph that servers load from a SavedModel's folder.

    That is the graph with the tag ``serve`` alone, or else the first one.
    """
    file = path / "saved_model.pb"
    message = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    found = [tuple(each.meta_info_def.tags) for each in message.meta_graphs]
    return SERVE if SERVE in found else found[0]


def set_tags(path: Path, tags: Sequence[str]) -> None:
    """Rewrite the tags of the graph in a SavedModel's folder.

    Parameters
    ----------
    path : Path
        Folder of the SavedModel.
    tags : sequence of str
        The new tags, at least one.

    Raises
    ------
    ExportError
        The tags are invalid, or the SavedModel does not have exactly one graph.
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
