"""Loads a SavedModel as TensorFlow Serving does: into a session on its graph.

The steps follow TensorFlow's C++ loader: import the graph, run the restore op on the
files of the variables, run the initialiser with the paths of the assets. TensorFlow's
Python loader skips the restore step for many models from TensorFlow 2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from digits_widget.model_server.engines.tensorflow.errors import as_status_error
from digits_widget.model_server.engines.tensorflow.graph import (
    Graph,
    check_functions,
    harden,
)
from digits_widget.model_server.engines.tensorflow.session import SessionEngine
from digits_widget.model_server.engines.tensorflow.variables import check_variables
from digits_widget.model_server.servables.saved_model import read_meta_graph
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError

_VARIABLE_OPS = {"VarHandleOp", "VariableV2", "Variable"}
_INIT_SIGNATURE = "__saved_model_init_op"
_INIT_COLLECTIONS = ("saved_model_main_op", "legacy_init_op")


def load_session(
    folder: Path,
    tags: Collection[str],
    signatures: Iterable[Signature],
    *,
    intra_threads: int = 0,
    inter_threads: int = 0,
) -> SessionEngine:
    """Load one version.

    Parameters
    ----------
    folder : Path
        The folder with ``saved_model.pb``.
    tags : collection of str
        The tags of the meta graph to serve.
    signatures : iterable of Signature
        The signatures that it declares.
    intra_threads, inter_threads : int
        Threads inside one op, and ops that run at the same time; 0 lets TensorFlow
        choose.

    Raises
    ------
    StatusError
        The version does not load; the code is TensorFlow's.
    """
    meta_graph = read_meta_graph(folder, tags, saved_model_pb2.SavedModel)
    prefix = _variables_prefix(folder, meta_graph)
    check_functions(meta_graph.graph_def)
    try:
        session = _session(meta_graph, intra_threads, inter_threads)
        _initialize(session, folder, meta_graph, prefix)
        check_variables(session, meta_graph.graph_def, signatures)
    except StatusError:
        raise
    except Exception as exc:
        # TensorFlow may raise any exception for a damaged graph, and one broken
        # version must not end the server.
        raise as_status_error(exc) from exc
    return SessionEngine(session, Graph(meta_graph))


def _session(
    meta_graph: meta_graph_pb2.MetaGraphDef, intra_threads: int, inter_threads: int
) -> tf.compat.v1.Session:
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(harden(meta_graph.graph_def), name="")
    config = tf.compat.v1.ConfigProto(
        allow_soft_placement=True,
        intra_op_parallelism_threads=intra_threads,
        inter_op_parallelism_threads=inter_threads,
    )
    return tf.compat.v1.Session(graph=graph, config=config)


def _initialize(
    session: tf.compat.v1.Session,
    folder: Path,
    meta_graph: meta_graph_pb2.MetaGraphDef,
    prefix: str,
) -> None:
    feeds = _assets(folder, meta_graph)
    if prefix:
        saver = meta_graph.saver_def
        session.run(
            saver.restore_op_name, {**feeds, saver.filename_tensor_name: prefix}
        )
    initializer = _initializer(meta_graph)
    if initializer:
        session.run(initializer, feeds)


def _initializer(meta_graph: meta_graph_pb2.MetaGraphDef) -> str:
    if _INIT_SIGNATURE in meta_graph.signature_def:
        outputs = meta_graph.signature_def[_INIT_SIGNATURE].outputs
        return str(outputs[_INIT_SIGNATURE].name)
    for key in _INIT_COLLECTIONS:
        if key in meta_graph.collection_def:
            names = meta_graph.collection_def[key].node_list.value
            return str(names[0]) if names else ""
    return ""


def _variables_prefix(folder: Path, meta_graph: meta_graph_pb2.MetaGraphDef) -> str:
    """Find the files with the variables.

    Parameters
    ----------
    folder : Path
        The version's folder.
    meta_graph : MetaGraphDef
        Its meta graph, as read from disk.

    Returns
    -------
    str
        The path prefix for the graph's restore op; empty for a model without variables.

    Raises
    ------
    StatusError
        NOT_FOUND if the graph has variables but their files are missing, as in an
        unfinished copy. TensorFlow Serving would treat it as a model without
        variables, put it in service, and fail every request.
    """
    if (folder / "variables" / "variables.index").is_file():
        return str(folder / "variables" / "variables")
    if meta_graph.saver_def.restore_op_name and _has_variables(meta_graph):
        msg = (
            f"{folder} has no variables/variables.index, but its graph has variables: "
            "the copy is not finished. Copy beside it and rename the folder into place"
        )
        raise StatusError("NOT_FOUND", msg)
    return ""


def _has_variables(meta_graph: meta_graph_pb2.MetaGraphDef) -> bool:
    return any(node.op in _VARIABLE_OPS for node in meta_graph.graph_def.node)


def _assets(folder: Path, meta_graph: meta_graph_pb2.MetaGraphDef) -> dict[str, str]:
    """Find the asset files, by the name of the tensor that takes each path.

    Parameters
    ----------
    folder : Path
        The version's folder.
    meta_graph : MetaGraphDef
        Its meta graph, as read from disk.
    """
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
