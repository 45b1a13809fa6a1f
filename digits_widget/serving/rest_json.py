"""Arrays to the JSON of TensorFlow Serving's REST interface and back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import AnswerError, UnsupportedError
from digits_widget.serving.dtypes import DTYPES, dtype_of_array
from digits_widget.serving.question import Question
from digits_widget.serving.signature import TensorSpec

Json: TypeAlias = object
"""What a JSON text stands for."""

_NEVER = ("DT_HALF", "DT_BFLOAT16", "DT_UINT16", "DT_COMPLEX64", "DT_COMPLEX128")
"""Types that the REST interface does not take or give."""


def write_question(question: Question) -> bytes:
    """Return the body of a predict request, in column form.

    Raises
    ------
    UnsupportedError
        An array of a type that REST cannot carry.
    """
    inputs = {
        name: _write(name, array, question.dtypes.get(name))
        for name, array in question.inputs.items()
    }
    body = {"signature_name": question.signature.name, "inputs": inputs}
    return json.dumps(body, separators=(",", ":")).encode()


def read_answer(body: bytes, question: Question) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a predict response, in the dtypes that are declared.

    Raises
    ------
    AnswerError
        Not such a response.
    """
    answer = parse(body)
    if not isinstance(answer, Mapping) or "outputs" not in answer:
        raise AnswerError(_no_answer(body))
    specs = {spec.name: spec for spec in question.signature.outputs}
    values = answer["outputs"]
    if len(specs) == 1:  # then the name is left out
        values = {next(iter(specs)): values}
    if not isinstance(values, Mapping):
        raise AnswerError(_no_answer(body))
    wanted = question.outputs or tuple(values)
    return {name: _read(values[name], specs.get(name)) for name in wanted}


def parse(body: bytes) -> Json:
    """Return what a JSON text says; bytes that are no text come through unchanged.

    Raises
    ------
    AnswerError
        Not JSON.
    """
    try:
        parsed: Json = json.loads(body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as exc:
        raise AnswerError(_no_answer(body)) from exc
    return parsed


def _write(name: str, array: NDArray[np.generic], dtype: str | None) -> Json:
    kind = DTYPES[dtype] if dtype else dtype_of_array(array)
    if kind.name in _NEVER or kind.small is not None:
        msg = (
            f"Got input {name!r} of {kind}, expected a type that REST can carry. Ask "
            "over gRPC: it carries all."
        )
        raise UnsupportedError(msg)
    return array.tolist() if kind.stored is not None else _encoded(array.tolist())


def _encoded(value: object) -> Json:
    if isinstance(value, list):
        return [_encoded(each) for each in value]
    data = value if isinstance(value, bytes) else str(value).encode()
    return {"b64": base64.b64encode(data).decode()}


def _read(value: Json, spec: TensorSpec | None) -> NDArray[np.generic]:
    kind = DTYPES.get(spec.dtype) if spec is not None else None
    try:
        if kind is not None and kind.stored is None:
            array = _texts(value)
        else:
            array = np.asarray(value, None if kind is None else kind.numpy)
    except (ValueError, TypeError, OverflowError) as exc:
        msg = (
            f"Got an output that is no tensor ({exc}), expected {spec or 'numbers'}. "
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
