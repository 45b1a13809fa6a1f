"""Rows of named columns: the input of Classify, Regress and MultiInference."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import ArrayLike

from digits_widget.errors import OptionError
from digits_widget.protocol.messages import Example, Input, Proto

Row: TypeAlias = Mapping[str, Any]
"""One row: a value or a list of values by column. The client sends whole numbers and
bools as integers, numbers with a point as floats, text and bytes as bytes."""

Values: TypeAlias = list[bytes] | list[int] | list[float]
"""The values in one column of one row."""


@dataclass(frozen=True)
class Label:
    """One answer of Classify."""

    label: str
    """The label's name; empty if the model returns only scores."""

    score: float
    """The label's score, on the model's own scale."""


Method: TypeAlias = Literal["classify", "regress"]
"""The method of a signature."""

Answers: TypeAlias = list[list[Label]] | list[float]
"""Labels for each row, or a number for each row."""


def column(value: ArrayLike) -> Values:
    """Return one column's values, all of one of the three kinds.

    Raises
    ------
    OptionError
        The values are of another kind, or mixed.
    """
    texts = [value] if isinstance(value, (str, bytes)) else value
    if isinstance(texts, (list, tuple)) and _are_texts(texts):
        return [each.encode() if isinstance(each, str) else each for each in texts]
    array = np.asarray(value)
    if array.ndim > 1:
        msg = f"Got a column of shape {array.shape}, expected one list. Flatten it."
        raise OptionError(msg)
    items = array.reshape(-1).tolist()
    if array.dtype.kind in "biu":
        return [int(item) for item in items]
    if array.dtype.kind == "f":
        return [float(item) for item in items]
    if array.dtype.kind in "SUO" and _are_texts(items):
        return [item.encode() if isinstance(item, str) else item for item in items]
    msg = (
        f"Got a column of {array.dtype}, expected numbers, bool, text or bytes. "
        "Convert it first."
    )
    raise OptionError(msg)


def _are_texts(items: Sequence[object]) -> TypeGuard[Sequence[str | bytes]]:
    return all(isinstance(item, (str, bytes)) for item in items)


def build_input(rows: Sequence[Row], context: Row | None) -> Proto:
    """Return the `Input` message for `rows` and their shared columns.

    Parameters
    ----------
    rows : sequence of mapping
        Values by column.
    context : mapping or None
        Columns that all rows share.
    """
    built = Input()
    examples = built.example_list.examples
    if context is not None:
        built.example_list_with_context.context.CopyFrom(_example(context))
        examples = built.example_list_with_context.examples
    examples.extend(_example(row) for row in rows)
    return built


def json_row(row: Row) -> dict[str, object]:
    """Return `row` as values for the REST interface's JSON."""
    return {name: [_json_value(each) for each in column(row[name])] for name in row}


def read_result(result: Proto) -> Answers:
    """Return the answers in a `ClassificationResult` or `RegressionResult`."""
    if result.DESCRIPTOR.name == "RegressionResult":
        return [each.value for each in result.regressions]
    return [
        [Label(each.label, each.score) for each in row.classes]
        for row in result.classifications
    ]


def _example(row: Row) -> Proto:
    example = Example()
    for name, value in row.items():
        values, feature = column(value), example.features.feature[name]
        if not values or isinstance(values[0], bytes):
            feature.bytes_list.value.extend(values)
        elif isinstance(values[0], int):
            feature.int64_list.value.extend(values)
        else:
            feature.float_list.value.extend(values)
    return example


def _json_value(value: bytes | float) -> object:
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return value
