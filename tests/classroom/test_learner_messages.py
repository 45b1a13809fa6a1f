"""What a learner's page may send, and what is refused with a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits_widget.classroom.messages import (
    LONGEST_NICKNAME,
    MOST_BYTES,
    MOST_POINTS,
    Draw,
    HandIn,
    Join,
    TakeBack,
    clean_nickname,
    read_message,
)
from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import MessageError
from digits_widget.samples import sample

KEY = "0123456789abcdef" * 2
DRAWING = json.loads(sample(7).to_json())

JOIN = {"type": "join", "code": "123 456", "nickname": "Anna", "learner": KEY}
DRAW = {"type": "draw", "number": 3, "done": True, "drawing": DRAWING}
HAND_IN = {
    "type": "hand-in",
    "key": KEY,
    "label": 7,
    "hand": "usual",
    "task": "all",
    "drawing": DRAWING,
}
TAKE_BACK = {"type": "take-back", "key": KEY}

MESSAGES = {
    "join": (JOIN, Join("123456", "Anna", KEY)),
    "draw": (DRAW, Draw(sample(7), 3, done=True)),
    "hand-in": (HAND_IN, HandIn(KEY, sample(7), 7, "usual", "all")),
    "take-back": (TAKE_BACK, TakeBack(KEY)),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_is_read(kind: str) -> None:
    sent, meant = MESSAGES[kind]
    assert read_message(json.dumps(sent)) == meant


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_field_is_needed(kind: str) -> None:
    sent, _meant = MESSAGES[kind]
    for name in sent.keys() - {"type", "done"}:
        less = {key: value for key, value in sent.items() if key != name}
        with pytest.raises(MessageError, match=name):
            read_message(json.dumps(less))


WRONG: list[Any] = [None, True, -1, 10, 1.5, 10**400, "", "x", "../x", [], [1], {}]


@pytest.mark.parametrize("kind", MESSAGES)
@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
def test_a_wrong_value_is_an_error_of_ours_or_harmless(kind: str, value: Any) -> None:
    sent, meant = MESSAGES[kind]
    for name in sent:
        try:
            read = read_message(json.dumps(sent | {name: value}))
        except MessageError:
            continue
        assert type(read) is type(meant)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["type", *JOIN, *HAND_IN, *DRAW]), inner, max_size=6
            )
        ),
        max_leaves=20,
    )
)
def test_anything_else_is_refused(data: Any) -> None:
    with pytest.raises(MessageError):
        read_message(json.dumps(data))


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "NaN", '"join"', "[" * 100_000, b"\xff\xfe", "{}"],
    ids=lambda text: repr(text)[:8],
)
def test_no_json_object_is_refused(text: str | bytes) -> None:
    with pytest.raises(MessageError, match=r"Reload|expected"):
        read_message(text)


def test_a_large_message_is_refused_unread() -> None:
    with pytest.raises(MessageError, match="200,000"):
        read_message(" " * (MOST_BYTES + 1))


def test_a_picture_is_refused() -> None:
    picture = json.loads(Drawing(picture=b"GIF89a").to_json())
    with pytest.raises(MessageError, match="expected strokes"):
        read_message(json.dumps(DRAW | {"drawing": picture}))


def test_a_drawing_has_a_limit() -> None:
    lines = Drawing([Stroke([(0.5, 0.5)])] * (MOST_POINTS + 1))
    text = json.dumps(DRAW | {"drawing": json.loads(lines.to_json())})
    with pytest.raises(MessageError):
        read_message(text)


def test_only_ink_can_be_handed_in() -> None:
    for strokes in ([], [Stroke([(0.5, 0.5)], ink=False)]):
        blank = json.loads(Drawing(strokes).to_json())
        with pytest.raises(MessageError, match="no ink"):
            read_message(json.dumps(HAND_IN | {"drawing": blank}))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Anna", "Anna"),
        ("  Anna \n Maria\t", "Anna Maria"),
        ("<script>alert(1)</script", "<script>alert(1)</script"),
        ("Zoë 🐱", "Zoë 🐱"),
        ("a\u202eb\u0000c\u200d", "a b c"),
        ("\ud800x", "x"),
        ("../../etc", "../../etc"),
    ],
)
def test_a_nickname_is_one_visible_line(typed: str, kept: str) -> None:
    assert clean_nickname(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "\u200b",
        "\u3164",
        "\u2800 \uffa0",
        "\ufe0f",
        "\u0301" * 3,
        "x" * 25,
        "x" * 10**6,
        None,
        7,
    ],
)
def test_no_nickname_is_refused(typed: object) -> None:
    with pytest.raises(MessageError, match=str(LONGEST_NICKNAME)):
        clean_nickname(typed)
