"""Reading in parts finds what Python's own reader finds, and refuses what it does."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from digits_widget.model_server.rest import json_parts, json_reader
from digits_widget.model_server.rest.json_parts import read_in_parts
from digits_widget.model_server.rest.json_reader import read_json

DECODER = json.JSONDecoder(object_pairs_hook=lambda pairs: dict(reversed(pairs)))
"""Of two equal keys, the first counts."""

DOCUMENTS = [
    '{"instances": [[1, 2, 3], [4, 5, 6]]}',
    '{"instances": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16.5,-17e3]}',
    '{"inputs": {"x": [[[[0.5], [1.5]], [[2.5], [3.5]]]], "y": ["a", "b,c", "]"]}}',
    '{"instances": [{"x": 1, "x": 2}, {"x": [3, {"b64": "aGk="}]}], "a": null}',
    '{"a": [], "b": {}, "c": [[], {}], "d": [ ], "e": { } }',
    ' {"a" :\n[ 1 ,\t2 , [ 3 ] , "4" , true , null ] } what follows',
    '{"a": "x\\"y]", "b\\u00e9": [false, "[", 1]}',
    "[[[[[[1, 2], [3]]]]]]",
    "17",
    '"text"',
    "[" * 20 + "1" + "]" * 20,
]


def outcome(text: str, *, in_parts: bool) -> object:
    """Give the value, or the fact that there is none."""
    try:
        if in_parts:
            return read_in_parts(text, len(text) - len(text.lstrip()), DECODER)
        return DECODER.raw_decode(text.lstrip())[0]
    except json.JSONDecodeError:
        return json.JSONDecodeError


@pytest.mark.parametrize("part", [1, 2, 5, 16, 1 << 16])
@pytest.mark.parametrize("text", DOCUMENTS)
def test_the_same_as_at_once(
    monkeypatch: pytest.MonkeyPatch, text: str, part: int
) -> None:
    monkeypatch.setattr(json_parts, "_PART", part)
    assert outcome(text, in_parts=True) == outcome(text, in_parts=False)


@pytest.mark.parametrize("part", [1, 4, 1 << 16])
@pytest.mark.parametrize("text", DOCUMENTS)
def test_what_is_damaged_is_refused_where_python_refuses_it(
    monkeypatch: pytest.MonkeyPatch, text: str, part: int
) -> None:
    monkeypatch.setattr(json_parts, "_PART", part)
    chance = random.Random(text)  # noqa: S311 - nothing secret
    refused = 0
    for _ in range(200):
        place = chance.randrange(len(text))
        put = chance.choice(["", "", ",", "]", "[", "{", "}", '"', ":", "1", "x"])
        damaged = text[:place] + put + text[place + chance.randrange(2) :]
        expected = outcome(damaged, in_parts=False)
        refused += expected is json.JSONDecodeError
        assert outcome(damaged, in_parts=True) == expected, damaged
    assert refused


def test_the_place_of_a_mistake_is_that_in_the_whole_text() -> None:
    text = '{"instances": [1, 2, 3, 4, oops]}'
    with pytest.raises(json.JSONDecodeError) as caught:
        read_in_parts(text, 0, DECODER)
    assert caught.value.pos == text.index("oops")


@pytest.mark.parametrize("text", ['"], ["', '"]"', '"}, {"', '"\\", \\""', '"]], [["'])
def test_text_that_looks_like_an_end_is_none(text: str) -> None:
    for value in (text, f"[{text}, 1]", f'{{"x": {text}}}'):
        whole = f"[{', '.join([value] * 9_000)}]"
        assert read_in_parts(whole, 0, DECODER) == DECODER.decode(whole)


def rows(values: list[Any]) -> bytes:
    """Write a request's body."""
    return json.dumps({"instances": values}).encode()


@pytest.mark.parametrize(
    "body",
    [
        rows([[number / 7] * 5 for number in range(60)]),
        rows([1] * 300),
        rows(["\\ud800"] * 40),
        rows(["0" * 50 + "7" * 300]),
        rows([0] * 100).replace(b"0]", b"1e400]"),
        rows([0] * 100).replace(b"0]", b"oops]"),
    ],
)
def test_a_request_is_read_alike_whatever_its_size(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    def answer() -> object:
        try:
            return read_json(body)
        except Exception as exc:  # noqa: BLE001 - compared below
            return repr(exc), str(exc)

    whole = answer()
    for large in (20, 64, 100):
        monkeypatch.setattr(json_reader, "_LARGE", large)
        assert answer() == whole


class Watched(json.JSONDecoder):
    """Notes how much is read at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
        """Read, and note from where to where."""
        value, end = super().raw_decode(s, idx)
        self.sizes.append(end - idx)
        return value, end


PICTURE = [[[round(0.001 * row, 3)] * 3 for row in range(60)] for _ in range(300)]
ROW = [round(0.001 * place, 3) for place in range(60_000)]


@pytest.mark.parametrize(
    "body",
    [
        {"instances": [PICTURE, PICTURE]},
        {"instances": [{"x": PICTURE}, {"x": PICTURE}]},
        {"inputs": {"x": [PICTURE], "y": 1}},
        {"inputs": [[[PICTURE]]]},
        {"instances": [ROW]},
        {"inputs": {"x": [[[ROW]]]}},
        {"instances": [[0, 1]] * 30_000},
        {"instances": ["ab"] * 60_000},
        {"instances": [{"x": {"b64": "aGk="}}] * 20_000},
        {"instances": [{"x": 1, "y": [1, 2]}] * 20_000},
        {"instances": [ROW[:7_000]] * 20},
    ],
)
@pytest.mark.parametrize("indent", [None, 0])
def test_little_is_read_at_once_and_not_too_little(
    body: dict[str, Any], indent: int | None
) -> None:
    text = json.dumps(body, indent=indent)
    decoder = Watched()
    assert read_in_parts(text, 0, decoder) == body
    assert max(decoder.sizes) < 2 * json_parts._PART
    if indent is None:
        # Each piece costs as much as a hundred characters that are read.
        assert len(decoder.sizes) < len(text) / 500
