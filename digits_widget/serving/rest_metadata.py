"""The JSON of the REST interface's status and metadata pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format

from digits_widget.errors import AnswerError
from digits_widget.serving.messages import POOL, SignatureDefMap
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.rest_json import Json
from digits_widget.serving.signature import read_signatures
from digits_widget.serving.version_status import VersionStatus


def read_metadata(page: Json, model: str, target: str) -> ModelMetadata:
    """Return what a metadata page says.

    Raises
    ------
    AnswerError
        Not such a page.
    """
    try:
        fields: Any = page
        version = fields["model_spec"]["version"]
        packed = fields["metadata"]["signature_def"]
        signatures = json_format.ParseDict(
            packed, SignatureDefMap(), ignore_unknown_fields=True, descriptor_pool=POOL
        )
    except (LookupError, TypeError, json_format.ParseError) as exc:
        msg = f"Got no metadata page from {target}, expected TensorFlow Serving's."
        raise AnswerError(msg, target=target, model=model) from exc
    return ModelMetadata(
        model, int(version), read_signatures(signatures.signature_def), target
    )


def read_status(page: Json) -> tuple[VersionStatus, ...]:
    """Return what a status page says."""
    entries = page.get("model_version_status", ()) if isinstance(page, Mapping) else ()
    return tuple(
        VersionStatus(
            int(entry["version"]),
            entry.get("state", "UNKNOWN"),
            entry.get("status", {}).get("error_code", "OK"),
            entry.get("status", {}).get("error_message", ""),
        )
        for entry in entries
    )
