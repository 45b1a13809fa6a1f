"""Signatures in the metadata of a ``.tflite`` file, where converters of 2020 put them.

Today a file has its signatures in a table of their own, which LiteRT reads. TensorFlow
Serving also reads the old place, and so does this server.
"""

from __future__ import annotations

from collections.abc import Mapping

from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers

from digits_widget.protocol.messages import Proto, SignatureDef

_METADATA = b"signature_defs_metadata"


def read_legacy_signatures(content: bytes) -> dict[str, Proto]:
    """Return the `SignatureDef` messages in a file's metadata, by name.

    Parameters
    ----------
    content : bytes
        The whole file.

    Raises
    ------
    ValueError
        The metadata are damaged.
    """
    try:
        return {
            name: SignatureDef.FromString(packed)
            for name, packed in _packed(content).items()
        }
    except Exception as exc:
        # The readers raise any kind of error on damaged bytes.
        msg = f"invalid signatures in its metadata: {exc}"
        raise ValueError(msg) from exc


def _packed(content: bytes) -> Mapping[str, bytes]:
    model = schema.Model.GetRootAs(content)
    for index in range(model.MetadataLength()):
        metadata = model.Metadata(index)
        if metadata.Name() == _METADATA:
            data = model.Buffers(metadata.Buffer()).DataAsNumpy().tobytes()
            packed = flexbuffers.GetRoot(data).AsMap
            return {
                key.AsKey: value.AsStringBytes
                for key, value in zip(packed.Keys, packed.Values, strict=True)
            }
    return {}
