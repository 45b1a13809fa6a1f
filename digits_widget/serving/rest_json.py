"""Converts arrays to the JSON of TensorFlow Serving's REST interface and back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from google.protobuf import json_format
from numpy.typing import NDArray

from digits_widget.errors import AnswerError, UnsupportedError
from digits_widget.protocol.dtypes import DTYPES, dtype_of_array
from digits_widget.protocol.messages import POOL, SignatureDefMap
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.signature import TensorSpec, read_signatures
from digits_widget.serving.call import Call

Json: TypeAlias = object
"""The value of a JSON text."""

_NEVER = ("DT_HALF", "DT_BFLOAT16", "DT_UINT16", "DT_COMPLEX64", "DT_COMPLEX128")
"""Types that the REST interface does not support."""


def write_call(call: Call) -> bytes:
    """Return the body of a predict request, in column form.

    Raises
    ------
    UnsupportedError
        REST cannot carry the type of an array.
    """
    inputs = {
        name: _write(name, array, call.dtypes.get(name))
        for name, array in call.inputs.items()
    }
    body = {"signature_name": call.signature.name, "inputs": inputs}
    return json.dumps(body, separators=(",", ":")).encode()


def read_answer(body: bytes, call: Call) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a predict response, in their declared dtypes.

    Parameters
    ----------
    body : bytes
        The response's body.
    call : Call
        The call that it answers.

    Raises
    ------
    AnswerError
        The body is not a predict response.
    """
    answer = parse(body)
    if not isinstance(answer, Mapping) or "outputs" not in answer:
        raise AnswerError(_no_answer(body))
    specs = {spec.name: spec for spec in call.signature.outputs}
    values = answer["outputs"]
    named = isinstance(values, Mapping) and specs.keys() <= values.keys()
    if len(specs) < 2 and not named:  # TensorFlow Serving omits a single name
        values = {next(iter(specs), "outputs"): values}
    if not isinstance(values, Mapping):
        raise AnswerError(_no_answer(body))
    wanted = call.outputs or tuple(values)
    return {
        name: _read(values[name], specs.get(name)) for name in wanted if name in values
    }


def parse(body: bytes) -> Json:
    """Return the value of a JSON text; bytes that are not UTF-8 stay unchanged.

    Raises
    ------
    AnswerError
        The body is not JSON.
    """
    try:
        parsed: Json = json.loads(body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as exc:
        raise AnswerError(_no_answer(body)) from exc
    return parsed


def _write(name: str, array: NDArray[np.generic], dtype: str | None) -> Json:
    kind = DTYPES[dtype] if dtype else dtype_of_array(array)
    if kind.name in _NEVER or kind.small:
        msg = (
            f"Got input {name!r} of {kind}, expected a type that REST can carry. Ask "
            "over gRPC: it carries all."
        )
        raise UnsupportedError(msg)
    return _encoded(array.tolist()) if kind.is_string else array.tolist()


def _encoded(value: object) -> Json:
    if isinstance(value, list):
        return [_encoded(each) for each in value]
    data = value if isinstance(value, bytes) else str(value).encode()
    return {"b64": base64.b64encode(data).decode()}


def _read(value: Json, spec: TensorSpec | None) -> NDArray[np.generic]:
    kind = DTYPES.get(spec.dtype) if spec is not None else None
    try:
        if kind is not None and kind.is_string:
            array = _texts(value)
        else:
            array = np.asarray(value, None if kind is None else kind.numpy)
    except (ValueError, TypeError, OverflowError) as exc:
        msg = (
            f"The answer holds an output that is not as expected, "
            f"{spec or 'numbers'} ({exc}). "
            "Check that the address is TensorFlow Serving."
        )
        raise AnswerError(msg) from exc
    array.flags.writeable = False
    return array


def _texts(value: Json) -> NDArray[np.generic]:
    shape = []
    first = value
    while isinstance(first, list):
        shape.append(len(first))
        first = first[0] if first else None
    flat: list[Json] = [value]
    for _ in shape:
        flat = [each for part in flat if isinstance(part, list) for each in part]
    array = np.empty(len(flat), dtype=object)
    array[:] = [_text(each) for each in flat]
    return array.reshape(shape)


def _text(value: Json) -> bytes:
    if isinstance(value, dict):
        return base64.b64decode(str(value.get("b64", "")) + "==")
    return str(value).encode("utf-8", "surrogateescape")


def _no_answer(body: bytes) -> str:
    return (
        f"Got {body[:80]!r}, expected the JSON of TensorFlow Serving. Check that the "
        "address is its REST port, usually 8501."
    )


_UNREADABLE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    json_format.ParseError,
)
"""Exceptions from reading JSON that is not the expected page."""


def read_metadata(page: Json, model: str, target: str) -> ModelMetadata:
    """Return the metadata in a metadata page.

    Parameters
    ----------
    page : JSON value
        The parsed page.
    model : str
        The model's name.
    target : str
        The server's address.

    Raises
    ------
    AnswerError
        The page has another content.
    """
    try:
        fields: Any = page
        version = int(fields["model_spec"]["version"])
        packed = fields["metadata"]["signature_def"]
        signatures = json_format.ParseDict(
            packed, SignatureDefMap(), ignore_unknown_fields=True, descriptor_pool=POOL
        )
    except _UNREADABLE as exc:
        msg = f"Got no metadata page from {target}, expected TensorFlow Serving's."
        raise AnswerError(msg, target=target, model=model) from exc
    return ModelMetadata(
        model, version, read_signatures(signatures.signature_def), target
    )


def read_status(page: Json, model: str, target: str) -> tuple[VersionStatus, ...]:
    """Return the versions in a status page.

    Parameters
    ----------
    page : JSON value
        The parsed page.
    model : str
        The model's name.
    target : str
        The server's address.

    Raises
    ------
    AnswerError
        The page has another content.
    """
    try:
        fields: Any = page
        return tuple(map(_read_version, fields["model_version_status"]))
    except _UNREADABLE as exc:
        msg = f"Got no status page from {target}, expected TensorFlow Serving's."
        raise AnswerError(msg, target=target, model=model) from exc


def _read_version(entry: Mapping[str, Any]) -> VersionStatus:
    status = entry.get("status", {})
    return VersionStatus(
        int(entry["version"]),
        str(entry.get("state", "UNKNOWN")),
        str(status.get("error_code", "OK")),
        str(status.get("error_message", "")),
    )
