"""JSON bodies, read as rapidjson reads them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits_widget.model_server.rest.json_reader import read_json
from digits_widget.model_server.rest.json_writer import floats
from digits_widget.model_server.status_error import StatusError

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(value=json_values, ascii_only=st.booleans())
def test_what_python_writes_is_read(value: Any, *, ascii_only: bool) -> None:
    body = json.dumps({"a": value}, ensure_ascii=ascii_only).encode("utf-8")
    assert read_json(body) == {"a": value}


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='[]{}",:0123eE+-.\\ utfalsnI', max_size=30))
def test_what_is_not_json_is_refused_with_a_place(text: str) -> None:
    whole = f'{{"a": {text}}}'
    said = ""
    try:
        assert list(read_json(whole.encode()))[:1] == ["a"]
    except StatusError as exc:
        said = exc.message
    if said:
        assert said.startswith("JSON Parse error: ")
        place = int(said.rpartition(" ")[2])
        assert 0 <= place <= len(whole) + whole.count("Inf") * 5


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
        (b'{"a": [Inf, "Inf", -Inf]}', {"a": [math.inf, "Inf", -math.inf]}),
        (b'{"a": "\\\\ud800"}', {"a": "\\ud800"}),
        (b'{"a": ' + b"9" * 300 + b"}", {"a": int("9" * 300)}),
        (b'{"a": ' + b"1" + b"0" * 308 + b"}", {"a": 1e308}),
    ],
)
def test_bodies_are_read_as_rapidjson_reads_them(body: bytes, value: Any) -> None:
    found = read_json(body)
    assert found == value
    assert type(found["a"]) is type(value["a"])


def test_keys_stay_in_order() -> None:
    # An error names the first wrong one.
    assert list(read_json(b'{"b": 1, "a": 2}')) == ["b", "a"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "The document is empty. at offset: 0"),
        pytest.param(b" " * 2**24, "The document is empty. at offset: 0", id="blank"),
        (b'{"a" 1}', "Missing a colon after a name of object member. at offset: 5"),
        (b'{"a": 1 "b"', "Missing a comma or } after an object member. at offset: 8"),
        (b'{"a": [1 2]}', "Missing a comma or ] after an array element. at offset: 9"),
        (b"{Inf: 1}", "Missing a name for object member. at offset: 1"),
        (b'{"a": Infinit}', "Missing a comma or } after an object member."),
        (b'{"a": -Infix}', "Missing a comma or } after an object member."),
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
        (b"[" * 10**6, "Nested too deeply. at offset: 0"),
        (b"[1]", "JSON Value: [1] Is not object"),
        (b'{"a": [1, 1' + b"0" * 309 + b"]}", "to be stored in double. at offset: 10"),
        (b'{"a": ["9e999", -9e999]}', "to be stored in double. at offset: 16"),
        (b'{"a": "\\ud83d", "b": 1}', "surrogate pair in string is invalid. at offs"),
        (b'{"a": "\\ud83d\\u0041"}', "surrogate pair in string is invalid. at offs"),
    ],
)
def test_what_is_wrong_is_said_with_reason_and_place(body: bytes, reason: str) -> None:
    with pytest.raises(StatusError) as caught:
        read_json(body)
    assert reason in caught.value.message


FILLER = b"A9e512" * (12 * 2**20 // 6)
"""Twelve megabytes that look like numbers too large."""


@pytest.mark.parametrize(
    ("end", "value"),
    [
        (b"1", 1),
        (b"1e100", 1e100),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'{"b64": "e512e999"}', {"b64": "e512e999"}),
    ],
)
def test_large_bodies_may_hold_what_small_ones_may(end: bytes, value: Any) -> None:
    body = b'{"a": {"b64": "%s"}, "b": %s}' % (FILLER, end)
    assert read_json(body)["b"] == value


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
