"""``saved_model.pb`` read without TensorFlow: tags, signatures, functions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format
from google.protobuf.message import DecodeError

from digits_widget.errors import SavedModelError
from digits_widget.serving.functions import Function, read_functions
from digits_widget.serving.messages import Proto, SavedModel
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.operations import used_operations
from digits_widget.serving.signature import read_signatures


@dataclass(frozen=True)
class SavedGraph:
    """One graph of a SavedModel."""

    tags: tuple[str, ...]
    """What the graph is for: a server takes the one that has the tag serve alone."""

    metadata: ModelMetadata
    """Its signatures."""

    ops: frozenset[str]
    """Names of all operations it uses, such as ``Conv2D``."""

    functions: tuple[Function, ...] | None
    """What Python could call after loading it; None in exports of TensorFlow 1."""


@dataclass(frozen=True)
class SavedModelFolder:
    """A folder with ``saved_model.pb``, read."""

    path: Path
    """The folder."""

    graphs: tuple[SavedGraph, ...]
    """Its graphs, in the order of their tags."""

    def graph(self, tags: str = "serve") -> SavedGraph:
        """Return the graph with exactly these tags, given with commas between.

        Raises
        ------
        SavedModelError
            There is none.
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
    """Return what the SavedModel in `folder` says about itself.

    Parameters
    ----------
    folder : path
        The folder of one version; or the one above, for its highest version.

    Raises
    ------
    SavedModelError
        No SavedModel is there, or its file is damaged.
    """
    path = _version_folder(Path(folder))
    message = _parse(path)
    graphs = sorted(message.meta_graphs, key=lambda each: list(each.meta_info_def.tags))
    return SavedModelFolder(path, tuple(_read_graph(path, each) for each in graphs))


def versions_on_disk(base: str | Path) -> tuple[int, ...]:
    """Return the versions in the folder `base`, lowest first, as a server sees them."""
    try:
        names = [each.name for each in Path(base).iterdir()]
    except OSError:
        return ()
    return tuple(sorted({int(name) for name in names if _is_version(name)}))


def _is_version(name: str) -> bool:
    return name.isascii() and name.isdigit() and int(name[:20]) < 1 << 63


def _version_folder(path: Path) -> Path:
    if (path / "saved_model.pb").exists() or (path / "saved_model.pbtxt").exists():
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


def _parse(path: Path) -> Proto:
    binary, text = path / "saved_model.pb", path / "saved_model.pbtxt"
    try:
        if binary.exists():
            return SavedModel.FromString(binary.read_bytes())
        return text_format.Parse(
            text.read_text(), SavedModel(), allow_unknown_field=True
        )
    except (DecodeError, text_format.ParseError, UnicodeDecodeError, OSError) as exc:
        msg = (
            f"Got {path} whose saved_model.pb cannot be read ({exc}), expected what an "
            "export writes. Export or copy the model again."
        )
        raise SavedModelError(msg) from exc


def _read_graph(path: Path, message: Proto) -> SavedGraph:
    named = path.resolve()
    version = int(named.name) if _is_version(named.name) else None
    metadata = ModelMetadata(
        named.name if version is None else named.parent.name,
        version,
        read_signatures(message.signature_def),
        str(path),
    )
    has_objects = message.HasField("object_graph_def")
    return SavedGraph(
        tuple(message.meta_info_def.tags),
        metadata,
        used_operations(message.graph_def),
        read_functions(message.object_graph_def) if has_objects else None,
    )
