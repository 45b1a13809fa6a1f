"""Reads a version's meta graph from disk, and refuses incomplete folders."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from digits_widget.errors import SavedModelError
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.messages import Proto, SavedModel
from digits_widget.protocol.saved_model import is_saved_model, parse_saved_model


def read_meta_graph(
    folder: Path, tags: Collection[str], kind: Proto = SavedModel
) -> Proto:
    """Read the meta graph with exactly these tags.

    Parameters
    ----------
    folder : Path
        The folder with ``saved_model.pb``.
    tags : collection of str
        The tags.
    kind : message class
        The class to parse the file with: the project's own `SavedModel`, which skips
        the details of weights and operations, or TensorFlow's.

    Raises
    ------
    StatusError
        NOT_FOUND if the model file or the meta graph is missing; DATA_LOSS if the file
        does not parse.
    """
    wanted = set(tags)
    saved_model = _read(folder, kind)
    for meta_graph in saved_model.meta_graphs:
        if set(meta_graph.meta_info_def.tags) == wanted:
            return meta_graph
    there = [sorted(graph.meta_info_def.tags) for graph in saved_model.meta_graphs]
    msg = (
        f"Could not find meta graph def matching supplied tags: "
        f"{{ {' '.join(sorted(wanted))} }}. {folder} has the tag sets {there}; "
        "name one with --saved_model_tags"
    )
    raise StatusError("NOT_FOUND", msg)


def _read(folder: Path, kind: Proto) -> Proto:
    if not is_saved_model(folder):
        raise _no_saved_model(folder)
    try:
        return parse_saved_model(folder, kind())
    except SavedModelError as exc:
        if isinstance(exc.__cause__, OSError):
            msg = f"Can't read {folder}: {exc.__cause__}"
            raise StatusError("PERMISSION_DENIED", msg) from exc
        msg = f"Can't parse the SavedModel file in {folder}: {exc.__cause__}"
        raise StatusError("DATA_LOSS", msg) from exc


def _no_saved_model(folder: Path) -> StatusError:
    if (folder / "export.meta").is_file():
        msg = f"{folder} is a session bundle, which is no longer served. Export it "
        return StatusError("UNIMPLEMENTED", msg + "again as a SavedModel")
    msg = (
        f"{folder} does not appear to contain a SavedModel bundle (should "
        "have a file called `saved_model.pb`)"
    )
    return StatusError("NOT_FOUND", msg)
