"""The two JSON readers: both must read the same, and neither may fall over."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.rest.json_parser import JsonError, parse
from digits_widget.model_server.rest.json_reader import read_json
from digits_widget.model_server.rest.json_writer import floats

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(value=json_values, ascii_only=st.booleans())
def test_the_careful_parser_reads_what_python_writes(
    value: Any, *, ascii_only: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse(text) == value


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='[]{}",:0123eE+-.\\ utfalsn', max_size=30))
def test_both_readers_agree_on_what_is_json(text: str) -> None:
    try:
        wanted = json.JSONDecoder().raw_decode(text.lstrip(" "))[0]
    except ValueError:
        with pytest.raises(JsonError):
            parse(text)
        return
    if isinstance(wanted, float) and math.isinf(wanted):
        return
    with contextlib.suppress(JsonError):
        # It may refuse numbers that Python reads halfway, and ignores the rest of.
        assert parse(text) == wanted or isinstance(wanted, dict)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1, "a": 2}', {"a": 1}),
        (b'{"a": 1} trailing', {"a": 1}),
        (b'{"a": -Inf}', {"a": -math.inf}),
        (b'{"a": 18446744073709551615}', {"a": 2**64 - 1}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a": "\xff"}', {"a": "\udcff"}),
        (b'{"a": 1e5}', {"a": 100000.0}),
    ],
)
def test_bodies_are_read_as_rapidjson_reads_them(body: bytes, value: Any) -> None:
    found = read_json(body)
    assert found == value
    assert type(found["a"]) is type(value["a"])


def test_keys_stay_in_order() -> None:
    # A refusal names the first wrong one.
    assert list(read_json(b'{"b": 1, "a": 2}')) == ["b", "a"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "The document is empty. at offset: 0"),
        pytest.param(b" " * 2**24, "The document is empty. at offset: 0", id="blank"),
        (b'{"a" 1}', "Missing a colon after a name of object member. at offset: 5"),
        (b'{"a": 1 "b"', "Missing a comma or } after an object member. at offset: 8"),
        (b'{"a": [1 2]}', "Missing a comma or ] after an array element. at offset: 9"),
        (b"{a: 1}", "Missing a name for object member. at offset: 1"),
        (b'{"a": 1.}', "Miss fraction part in number. at offset: 7"),
        (b'{"a": 1e}', "Miss exponent in number. at offset: 7"),
        (b'{"a": 1e999}', "Number too big to be stored in double. at offset: 6"),
        (b'{"a": "\\x"}', "Invalid escape character in string. at offset: 7"),
        (b'{"a": "\\uZZZZ"}', "Incorrect hex digit after \\u escape in string."),
        (b'{"a": "\\udc00"}', "The surrogate pair in string is invalid. at offset: 7"),
        (b'{"a": "', "Missing a closing quotation mark in string. at offset: 6"),
        (b"{\"a\": '1'}", "Invalid value. at offset: 6"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Number too big to be stored in double."),
        (b"[" * 10**5, "Nested deeper than 1000. at offset: 1000"),
        (b"[1]", "JSON Value: [1] Is not object"),
    ],
)
def test_what_is_wrong_is_said_with_reason_and_place(body: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_json(body)
    assert reason in caught.value.message


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(width=32), min_size=1))
def test_single_precision_numbers_come_back_exactly(values: list[float]) -> None:
    import numpy as np

    array = np.array(values, np.float32)
    texts = floats(array, 9)
    back = np.array([json.loads(text) for text in texts], np.float32)
    assert (back.view(np.uint32) == array.view(np.uint32))[~np.isnan(array)].all()
    assert all(isinstance(json.loads(text), float) for text in texts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3.0"),
        (0.1, "0.1"),
        (1e20, "1e+20"),
        (1 / 3, "0.333333343"),
        (-0.0, "-0.0"),
    ],
)
def test_numbers_are_written_with_as_few_digits_as_do(value: float, text: str) -> None:
    import numpy as np

    assert floats(np.array([value], np.float32), 9) == [text]
