"""Classify and regress over REST: features as plain JSON in, ``results`` out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digits_widget.model_server.rest.json_reader import quote
from digits_widget.model_server.rest.json_values import is_b64, json_type, unpack_b64
from digits_widget.model_server.rest.json_writer import number, string
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.messages import Proto

_WORDS = {"int64_list": "int64", "float_list": "float", "bytes_list": "bytes"}


def read_examples(asked: Mapping[str, Any], spec: Proto, given: Proto) -> None:
    """Copy a request's examples, context and signature name into its messages.

    Parameters
    ----------
    asked : mapping of str to JSON value
        The request's body.
    spec : ModelSpec
        Receives the signature's name.
    given : Input
        Receives examples and context.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT, in TensorFlow Serving's words.
    """
    name = asked.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid("When parsing, 'signature_name' key must be a string value.")
    spec.signature_name = name
    target = given.example_list.examples
    if "context" in asked:
        _fill(given.example_list_with_context.context, asked["context"])
        target = given.example_list_with_context.examples
    if "examples" not in asked:
        msg = (
            "When method is classify/regress, key 'examples' is expected and was not "
            "found"
        )
        raise invalid(msg)
    examples = asked["examples"]
    if not isinstance(examples, list):
        raise invalid("Expecting 'examples' value to be an list/array")
    if not examples:
        raise invalid("'examples' value is an empty array")
    for example in examples:
        _fill(target.add(), example)


def _fill(example: Proto, features: object) -> None:
    if not isinstance(features, dict):
        msg = f"Example must be JSON object but got JSON {json_type(features)}"
        raise invalid(msg)
    for name, value in features.items():
        key = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        _fill_feature(example.features.feature[key], name, value)


def _fill_feature(feature: Proto, name: str, value: object) -> None:
    kind = ""
    for each in value if isinstance(value, list) else [value]:
        this = _kind(name, each)
        if kind not in {"", this}:
            msg = (
                f"Unexpected element type in feature: {name} expecting type: "
                f"{_WORDS[kind]}"
            )
            raise invalid(msg)
        kind = this
        getattr(feature, kind).value.append(_value(each))


def _kind(name: str, value: object) -> str:
    if isinstance(value, bool | int):
        if -(2**63) <= value < 2**63:
            return "int64_list"
        if value < 2**64 and value > 0:
            msg = f"Feature: {name} has uint64 element. Only int64_t is supported."
            raise invalid(msg)
        return "float_list"
    if isinstance(value, float):
        return "float_list"
    if isinstance(value, str) or is_b64(value):
        return "bytes_list"
    raise _unexpected(name, value)


def _unexpected(name: str, value: object) -> StatusError:
    return invalid(
        f"Feature: {name} has element with unexpected JSON type: {json_type(value)} "
        f"({quote(value)})"
    )


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, dict):
        return unpack_b64(value)
    if isinstance(value, int):
        # protobuf does not accept booleans as integers.
        return int(value) if -(2**63) <= value < 2**63 else float(value)
    return value


def write_classification(result: Proto) -> str:
    """Write classify's answer: for each example a list of label and score pairs."""
    rows = [
        "["
        + ", ".join(f"[{string(c.label)}, {number(c.score)}]" for c in each.classes)
        + "]"
        for each in result.classifications
    ]
    return _results(rows)


def write_regression(result: Proto) -> str:
    """Write regress's answer: one number for each example."""
    return _results([number(each.value) for each in result.regressions])


def _results(rows: list[str]) -> str:
    return '{\n    "results": [' + ", ".join(rows) + "\n    ]\n}"
