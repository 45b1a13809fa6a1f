"""Recognises files that are not Keras models, and says what to do instead."""

from __future__ import annotations

from pathlib import Path

from google.protobuf.message import DecodeError
from tensorflow.core.framework import graph_pb2
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

_GIVE = "Give what model.save(...) wrote, or a SavedModel's folder."
_TORCH = (
    "a PyTorch file. Only Keras models and SavedModels are exported: build the network "
    "in Keras and copy the weights."
)
_PICKLE = (
    "a pickle of Python objects: opening it would run its code. Load it where it was "
    "made, and save the Keras model in it with model.save(...)."
)
_CHECKPOINT = (
    "a part of a TensorFlow checkpoint: weights without the network. Build the network "
    "in Python, call model.load_weights(...) and then model.save(...)."
)
_FROZEN = (
    "a frozen graph of TensorFlow 1, which does not tell input from output. Export the "
    "Keras model that it was made from, or make a SavedModel of it with "
    "tf.compat.v1.saved_model.simple_save."
)
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "compressed by gzip. Unpack it first (gunzip or tar xzf)."),
    (b"BZh", "compressed by bzip2. Unpack it first."),
    (b"\xfd7zXZ", "compressed by xz. Unpack it first."),
    (b"7z\xbc\xaf", "a 7z archive. Unpack it first."),
    (b"Rar!", "a RAR archive. Unpack it first."),
    (b"\x89PNG", f"a picture (PNG). {_GIVE}"),
    (b"\xff\xd8\xff", f"a picture (JPEG). {_GIVE}"),
    (b"%PDF", f"a PDF document. {_GIVE}"),
    (b"\x93NUMPY", f"an array of NumPy (.npy). {_GIVE}"),
    (
        b"version https://git-lfs",
        (
            "a pointer of Git LFS, not the file that it stands for. Fetch that with "
            "`git lfs pull`."
        ),
    ),
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", _TORCH),
)
"""First bytes of files, and the kind of such a file."""

_TEXTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ('"nbformat"', '"cell_type"'),
        (
            "a notebook, whatever its name. Run it where its model was made, and call "
            'model.save("model.keras") in it.'
        ),
    ),
    (
        ("<!doctype", "<html", "<?xml"),
        (
            "a web page: the download went wrong. On GitHub take the button "
            "“Download raw file”."
        ),
    ),
    (
        ('"class_name"',),
        (
            "a description of a model (to_json) without weights. In Python: "
            "keras.models.model_from_json(...), load_weights(...), then save(...)."
        ),
    ),
    (("model_checkpoint_path",), _CHECKPOINT),
    (
        ("node {", "saved_model_schema_version", "meta_graphs {"),
        f"a graph of TensorFlow as text (.pbtxt). {_GIVE}",
    ),
    (("",), f"a text, not a model. {_GIVE}"),
)
"""Lower-case words of a text, and the kind of text with one of them; the last is
any."""


def what_it_is(path: Path) -> str:
    """Describe a file that is neither HDF5 nor zip, and say what to do.

    Parameters
    ----------
    path : Path
        A readable file.
    """
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if not start:
        return "empty: 0 bytes. Copy or save it again."
    for first, what in _STARTS:
        if start.startswith(first):
            return what
    return (
        _named(path, start)
        or _text(start)
        or _protobuf(path, start)
        or f"neither HDF5 (.h5) nor a .keras file: it starts {start[:8]!r}. {_GIVE}"
    )


def _named(path: Path, start: bytes) -> str:
    """Recognise kinds of files that the first bytes do not decide."""
    if start[4:8] == b"TFL3":
        return (
            "a TensorFlow Lite model, which has lost what a SavedModel needs. Export "
            "the Keras file that it was converted from."
        )
    if start[8:9] == b"{" and b'"dtype"' in start[:4096]:
        return (
            "a file of weights (safetensors), without the network. Build the network "
            "in Keras, set the weights and call model.save(...)."
        )
    if start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        return _TORCH if path.suffix in {".pt", ".pth"} else _PICKLE
    if _is_checkpoint(path):
        return _CHECKPOINT
    return ""


def _is_checkpoint(path: Path) -> bool:
    if ".data-0" in path.name:
        return True
    with path.open("rb") as file:
        # The index of a TensorFlow checkpoint ends with these bytes.
        file.seek(max(0, path.stat().st_size - 8))
        return file.read() == bytes.fromhex("57fb808b247547db")


def _text(start: bytes) -> str:
    text = start.decode(errors="ignore")
    lost = len(start) - len(text.encode())
    if lost > 4 or not all(char.isprintable() or char in "\n\r\t\f" for char in text):
        return ""
    head = text.lstrip().lower()
    return next(what for words, what in _TEXTS if any(w in head for w in words))


def _protobuf(path: Path, start: bytes) -> str:
    """Recognise messages of TensorFlow, and ONNX."""
    if (
        b"pytorch" in start[:64]
        or b"onnx" in start[:200].lower()
        or path.suffix == ".onnx"
    ):
        return (
            "an ONNX model. Only Keras models and SavedModels are exported: export the "
            "model that it was converted from."
        )
    content = path.read_bytes()
    folder = path.parent
    for message, has, what in (
        (
            saved_model_pb2.SavedModel,
            "meta_graphs",
            f"the saved_model.pb of a SavedModel. Give its folder: {folder}.",
        ),
        (graph_pb2.GraphDef, "node", _FROZEN),
        (meta_graph_pb2.MetaGraphDef, "graph_def", _CHECKPOINT),
    ):
        try:
            found = message.FromString(content)
        except DecodeError:
            continue
        if _is_told(found, has):
            return what
    return ""


def _is_told(message: object, field: str) -> bool:
    value = getattr(message, field)
    if field == "node":
        return any(node.op and node.name for node in value)
    if field == "meta_graphs":
        return any(graph.graph_def.node for graph in value)
    return bool(value.node)
