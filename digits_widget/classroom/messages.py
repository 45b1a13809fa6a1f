"""The messages of a learner's page, read and checked.

A page may send anything. What is not exactly one of these messages is refused with a
sentence, and nothing of it is kept, run or used as a name.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from digits_widget.classroom.tasks import check_task
from digits_widget.datasets.checks import check_label
from digits_widget.drawing import Drawing
from digits_widget.errors import DrawingError, MessageError, shortened

MOST_BYTES = 200_000
"""Largest message. A drawing of `MOST_POINTS` points takes about half of it."""

MOST_POINTS = 4_000
"""Most points of a drawing; a digit has about a hundred."""

LONGEST_NICKNAME = 24
"""Characters."""

Hand = Literal["usual", "other"]

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a symbol that look like nothing: Hangul fillers, Braille without dots."""

_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Join:
    """A learner comes, or comes back after the network was away."""

    code: str
    """The join code, digits only."""

    nickname: str
    """As `clean_nickname` leaves it."""

    learner: str
    """32 hexadecimal digits that the page made and keeps: the same learner again."""


@dataclass(frozen=True)
class Draw:
    """The drawing as it is now."""

    drawing: Drawing
    """All strokes; may be empty."""

    number: int
    """Rises with each message; the answer carries it."""

    done: bool
    """Whether the pen is up."""


@dataclass(frozen=True)
class HandIn:
    """A drawing to keep."""

    key: str
    """32 hexadecimal digits that the page made. Sent again, it is kept once."""

    drawing: Drawing
    """With ink."""

    label: int
    """The digit that the learner meant, 0 to 9."""

    hand: Hand
    """The hand that drew it."""

    task: str
    """Name of the task that the page showed."""


@dataclass(frozen=True)
class TakeBack:
    """A learner wants a drawing erased."""

    key: str
    """The `HandIn.key`."""


Message = Join | Draw | HandIn | TakeBack


def read_message(text: str | bytes) -> Message:
    """Read one message of a learner's page.

    Parameters
    ----------
    text : str or bytes
        JSON, at most `MOST_BYTES`.

    Raises
    ------
    MessageError
        It is not one of the messages.
    """
    data = _object(text)
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in _READERS:
        msg = f"Got a message of type {shortened(kind)}, expected one of a class."
        raise MessageError(msg)
    try:
        return _READERS[kind](data)
    except KeyError as exc:
        msg = f"Got a message {kind!r} without {exc}. Reload the page."
        raise MessageError(msg) from exc
    except DrawingError as exc:
        raise MessageError(str(exc)) from exc


def clean_nickname(text: object) -> str:
    """Return a nickname in normal form: printable, one line, single spaces.

    Raises
    ------
    MessageError
        It is no text, empty, or longer than `LONGEST_NICKNAME`.
    """
    if not isinstance(text, str) or len(text) > 10 * LONGEST_NICKNAME:
        msg = f"Choose a nickname of at most {LONGEST_NICKNAME} characters."
        raise MessageError(msg)
    # Letters, marks, numbers, punctuation and symbols: nothing invisible, and nothing
    # that turns the direction of the text around it.
    kept = "".join(
        char if unicodedata.category(char)[0] in "LMNPS" and char not in _BLANK else " "
        for char in unicodedata.normalize("NFKC", text)
    )
    name = " ".join(kept.split())
    # A mark stands on a letter; alone it may be invisible.
    is_seen = any(unicodedata.category(char)[0] in "LNPS" for char in name)
    if not is_seen or len(name) > LONGEST_NICKNAME:
        msg = f"Choose a nickname of 1 to {LONGEST_NICKNAME} characters."
        raise MessageError(msg)
    return name


def _object(text: str | bytes) -> dict[str, Any]:
    if len(text) > MOST_BYTES:
        msg = f"Got a message of {len(text):,} bytes, expected at most {MOST_BYTES:,}."
        raise MessageError(msg)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as exc:
        msg = "Got a message that is not JSON. Reload the page."
        raise MessageError(msg) from exc
    if not isinstance(data, dict):
        msg = "Got a message that is not a JSON object. Reload the page."
        raise MessageError(msg)
    return data


def _join(data: dict[str, Any]) -> Join:
    code = data["code"]
    if not isinstance(code, str) or len(code) > 20:
        msg = "Type the join code that stands on the wall."
        raise MessageError(msg)
    digits = "".join(char for char in code if char in "0123456789")
    return Join(digits, clean_nickname(data["nickname"]), _key(data["learner"]))


def _draw(data: dict[str, Any]) -> Draw:
    number = data["number"]
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) >> 53:
        msg = f"Got the number {shortened(number)}, expected a whole number."
        raise MessageError(msg)
    return Draw(_drawing(data["drawing"]), number, done=data["done"] is True)


def _hand_in(data: dict[str, Any]) -> HandIn:
    drawing = _drawing(data["drawing"])
    if not any(stroke.ink for stroke in drawing):
        msg = "The drawing has no ink. Draw a digit, then hand it in."
        raise MessageError(msg)
    return HandIn(
        _key(data["key"]),
        drawing,
        _label(data["label"]),
        check_hand(data["hand"]),
        check_task(data["task"]),
    )


def _take_back(data: dict[str, Any]) -> TakeBack:
    return TakeBack(_key(data["key"]))


_READERS: dict[str, Callable[[dict[str, Any]], Message]] = {
    "join": _join,
    "draw": _draw,
    "hand-in": _hand_in,
    "take-back": _take_back,
}


def _drawing(data: object) -> Drawing:
    drawing = Drawing.from_data(data)
    if drawing.picture:
        msg = "Got a picture, expected strokes. Draw the digit."
        raise MessageError(msg)
    if sum(map(len, drawing)) > MOST_POINTS:
        msg = "The drawing has too many lines for a digit. Press Clear and draw again."
        raise MessageError(msg)
    return drawing


def _key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        msg = f"Got the key {shortened(value)}, expected 32 hexadecimal digits."
        raise MessageError(msg)
    return value


def _label(value: object) -> int:
    try:
        return check_label(value)
    except ValueError as exc:
        msg = f"Got the label {shortened(value)}, expected a digit from 0 to 9."
        raise MessageError(msg) from exc


def check_hand(value: Any) -> Hand:  # noqa: ANN401 - from JSON
    """Return the hand.

    Raises
    ------
    MessageError
        It is another value.
    """
    if value not in get_args(Hand):
        msg = f"Got the hand {shortened(value)}, expected usual or other."
        raise MessageError(msg)
    hand: Hand = value
    return hand
