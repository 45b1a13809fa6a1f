"""Brings a SavedModel to life the way TensorFlow Serving does: a session on its graph.

The steps are those of TensorFlow's C++ loader: import the graph, run the restore op on
the variables' files, run the initialiser with the assets' paths. The Python loader is
not used: it skips restoring for many models that TensorFlow 2 writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.servables.batching import Batcher
from digits_widget.model_server.servables.graph import Graph
from digits_widget.model_server.servables.hardening import harden
from digits_widget.model_server.servables.saved_model import (
    assets,
    read_meta_graph,
    variables_prefix,
)
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import read_signatures
from digits_widget.model_server.servables.trouble import as_refusal
from digits_widget.model_server.servables.variables import check_variables

_INIT_SIGNATURE = "__saved_model_init_op"
_INIT_COLLECTIONS = ("saved_model_main_op", "legacy_init_op")


def load(
    name: str,
    version: int,
    folder: Path,
    *,
    tags: Collection[str] = ("serve",),
    intra_threads: int = 0,
    inter_threads: int = 0,
    batcher: Batcher | None = None,
    watch: Callable[[float], None] | None = None,
) -> Servable:
    """Load one version.

    Parameters
    ----------
    name : str
        The model's name.
    version : int
        Its version number.
    folder : Path
        Where its ``saved_model.pb`` is.
    tags : collection of str
        The tags of the meta graph to serve.
    intra_threads, inter_threads : int
        Threads inside one op, and ops at the same time; 0 lets TensorFlow choose.
    batcher : Batcher, optional
        Joins requests that come at the same time.
    watch : callable, optional
        Told, in the thread that asked, how many seconds each answer took.

    Raises
    ------
    Refusal
        Whatever is wrong with it, with TensorFlow's code.
    """
    meta_graph = read_meta_graph(folder, tags)
    prefix = variables_prefix(folder, meta_graph)
    signatures = read_signatures(meta_graph)
    try:
        session = _session(meta_graph, intra_threads, inter_threads)
        _initialize(session, folder, meta_graph, prefix)
        check_variables(session, meta_graph.graph_def, signatures.values())
    except Refusal:
        raise
    except Exception as exc:
        # TensorFlow raises whatever it likes on a damaged graph, and one broken
        # version must not end the server.
        raise as_refusal(exc) from exc
    return Servable(
        name,
        version,
        session=session,
        signature_protos=meta_graph.signature_def,
        signatures=signatures,
        graph=Graph(meta_graph),
        batcher=batcher,
        watch=watch,
    )


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
    feeds = assets(folder, meta_graph)
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
