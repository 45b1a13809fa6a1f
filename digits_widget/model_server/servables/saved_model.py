"""A version's folder on disk: finding its graph, and refusing one that is not whole."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from google.protobuf import text_format
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from digits_widget.model_server.refusal import Refusal

_VARIABLE_OPS = {"VarHandleOp", "VariableV2", "Variable"}


def read_meta_graph(folder: Path, tags: Collection[str]) -> meta_graph_pb2.MetaGraphDef:
    """Read the meta graph with exactly these tags.

    Raises
    ------
    Refusal
        NOT_FOUND without a model file or such a meta graph; DATA_LOSS for a file
        that does not parse.
    """
    wanted = set(tags)
    saved_model = _read(folder)
    for meta_graph in saved_model.meta_graphs:
        if set(meta_graph.meta_info_def.tags) == wanted:
            return meta_graph
    there = [sorted(graph.meta_info_def.tags) for graph in saved_model.meta_graphs]
    msg = (
        f"Could not find meta graph def matching supplied tags: "
        f"{{ {' '.join(sorted(wanted))} }}. {folder} has the tag sets {there}; "
        "name one with --saved_model_tags"
    )
    raise Refusal("NOT_FOUND", msg)


def _read(folder: Path) -> saved_model_pb2.SavedModel:
    saved_model = saved_model_pb2.SavedModel()
    try:
        if (folder / "saved_model.pb").is_file():
            saved_model.ParseFromString((folder / "saved_model.pb").read_bytes())
        elif (folder / "saved_model.pbtxt").is_file():
            text = (folder / "saved_model.pbtxt").read_text(encoding="utf-8")
            text_format.Parse(text, saved_model)
        elif (folder / "export.meta").is_file():
            msg = f"{folder} is a session bundle, which is no longer served. Export it "
            raise Refusal("UNIMPLEMENTED", msg + "again as a SavedModel")
        else:
            msg = (
                f"{folder} does not appear to contain a SavedModel bundle (should "
                "have a file called `saved_model.pb`)"
            )
            raise Refusal("NOT_FOUND", msg)
    except (DecodeError, text_format.ParseError, UnicodeDecodeError) as exc:
        msg = f"Can't parse the SavedModel file in {folder}: {exc}"
        raise Refusal("DATA_LOSS", msg) from exc
    except OSError as exc:
        raise Refusal("PERMISSION_DENIED", f"Can't read {folder}: {exc}") from exc
    return saved_model


def variables_prefix(folder: Path, meta_graph: meta_graph_pb2.MetaGraphDef) -> str:
    """Find the variables' files.

    Returns
    -------
    str
        What the graph's restore op takes, or nothing for a model without variables.

    Raises
    ------
    Refusal
        NOT_FOUND if the graph has variables and their files are not there: a copy
        that is not finished. TensorFlow Serving takes it for a model without
        variables, swaps it in, and then fails every request.
    """
    if (folder / "variables" / "variables.index").is_file():
        return str(folder / "variables" / "variables")
    if meta_graph.saver_def.restore_op_name and _has_variables(meta_graph):
        msg = (
            f"{folder} has no variables/variables.index, but its graph has variables: "
            "the copy is not finished. Copy beside it and rename the folder into place"
        )
        raise Refusal("NOT_FOUND", msg)
    return ""


def _has_variables(meta_graph: meta_graph_pb2.MetaGraphDef) -> bool:
    return any(node.op in _VARIABLE_OPS for node in meta_graph.graph_def.node)


def assets(folder: Path, meta_graph: meta_graph_pb2.MetaGraphDef) -> dict[str, str]:
    """Find the files that the graph reads, by the tensor that is fed their path."""
    listed = list(meta_graph.asset_file_def)
    collection = meta_graph.collection_def.get("saved_model_assets")
    if not listed and collection is not None:
        for packed in collection.any_list.value:
            asset = meta_graph_pb2.AssetFileDef()
            packed.Unpack(asset)
            listed.append(asset)
    return {
        asset.tensor_info.name: str(folder / "assets" / asset.filename)
        for asset in listed
    }
