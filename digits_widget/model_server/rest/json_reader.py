"""Reads JSON like rapidjson in TensorFlow Serving, with Python's own parser.

Python's parser keeps the last of two equal keys, does not know ``Inf``, reads 1e400 as
infinity and accepts half a surrogate pair. A hook or a search corrects each of these.
"""

from __future__ import annotations

import gc
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

from digits_widget.model_server.status_error import StatusError, invalid

_QUOTED_BYTES = 256
_START = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|-?[0-9][0-9.eE+-]*|-?Inf(?!inity)|[][{}]')
"""Strings, numbers, brackets, and the short words for infinity."""

_SHORT_WORD = re.compile(r"-?Inf(?!inity)")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Any escape; the group matches half a surrogate pair without its other half."""

_HALF_PAIR = "The surrogate pair in string is invalid."
_TOO_BIG = "Number too big to be stored in double."
_LONGEST_INTEGER = 300
"""Most digits of a number that stays an integer; a double can hold all of these."""

_FARTHEST = 1 << 20
"""Most characters to search for the array or object around a mistake."""

_REASONS = {
    "Expecting value": "Invalid value.",
    "Illegal trailing comma before end of array": "Invalid value.",
    "Expecting property name": "Missing a name for object member.",
    "Illegal trailing comma before end of object": "Missing a name for object member.",
    "Expecting ':'": "Missing a colon after a name of object member.",
    "Unterminated string": "Missing a closing quotation mark in string.",
    "Invalid control character": "Invalid encoding in string.",
    "Invalid \\uXXXX": "Incorrect hex digit after \\u escape in string.",
    "Invalid \\escape": "Invalid escape character in string.",
}
"""rapidjson's messages, by the beginnings of Python's messages."""


def read_json(body: bytes) -> dict[str, Any]:
    """Read a request's body.

    Parameters
    ----------
    body : bytes
        One JSON object, with anything after it.

    Returns
    -------
    dict
        The object. The first of two equal keys counts, integers keep any size, and
        bytes that are not UTF-8 become surrogate escapes.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT, with the reason and the position.
    """
    text = body.decode("utf-8", "surrogateescape")
    value = _parse(text)
    if _SURROGATE.search(text):
        _check_pairs(text)
    if not isinstance(value, dict):
        raise invalid(f"JSON Value: {quote(value)} Is not object")
    return value


def quote(value: object) -> str:
    """Return a JSON value for an error message, cut to 256 bytes."""
    shown = ""
    try:
        # Encode in pieces, because the value may be as large as the whole request.
        for piece in _ENCODER.iterencode(value):
            shown += piece
            if len(shown) > _QUOTED_BYTES:
                break
    except (RecursionError, ValueError):
        shown += "…"
    raw = shown.encode("utf-8", "replace")[:_QUOTED_BYTES]
    return raw.decode("utf-8", "ignore")


def _parse(text: str) -> Any:
    found = _START.match(text)
    start = found.end() if found else 0
    if start == len(text):
        raise _parse_error("The document is empty.", 0)
    try:
        with _without_collector():
            return _DECODER.raw_decode(text, start)[0]
    except JSONDecodeError as exc:
        if _SHORT_WORD.match(text, exc.pos):
            return _parse(_TOKEN.sub(_long_word, text))
        raise _parse_error(_reason(text, exc), exc.pos) from exc
    except RecursionError as exc:
        raise _parse_error("Nested too deeply.", 0) from exc
    except ValueError as exc:
        raise _parse_error(_TOO_BIG, _place_of_large_number(text)) from exc


class _Parsing:
    """Counts the parsers at work, across all threads."""

    count = 0
    lock = threading.Lock()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause Python's garbage collector, because parsing creates no garbage.

    Before Python 3.12 the collector searches the values during parsing, which takes
    five times as long as parsing itself and delays every other request.
    """
    with _Parsing.lock:
        _Parsing.count += 1
        gc.disable()
    try:
        yield
    finally:
        with _Parsing.lock:
            _Parsing.count -= 1
            if not _Parsing.count:
                gc.enable()


# Python's parser calls these functions, which lets other threads run. Without them, a
# large body would delay every other request until it is parsed.
def _float(text: str) -> float:
    value = float(text)
    if value in _INFINITE:
        raise ValueError
    return value


def _int(text: str) -> float:
    return int(text) if len(text) <= _LONGEST_INTEGER else _float(text)


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else dict(reversed(pairs))


_INFINITE = {float("inf"), float("-inf")}
_DECODER = json.JSONDecoder(
    object_pairs_hook=_first_wins, parse_float=_float, parse_int=_int
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _check_pairs(text: str) -> None:
    for escape in _ESCAPE.finditer(text):
        if escape[1]:
            raise _parse_error(_HALF_PAIR, escape.start())


def _long_word(token: re.Match[str]) -> str:
    return f"{token[0]}inity" if token[0].endswith("Inf") else token[0]


def _place_of_large_number(text: str) -> int:
    for token in _TOKEN.finditer(text):
        if token[0][-1].isdecimal() and token[0].lstrip("-")[0].isdecimal():
            try:
                _float(token[0])
            except ValueError:
                return token.start()
    return 0


def _reason(text: str, exc: JSONDecodeError) -> str:
    if exc.msg.startswith("Expecting ','"):
        return _missing_comma(text, exc.pos)
    for words, reason in _REASONS.items():
        if exc.msg.startswith(words):
            return reason
    return exc.msg


def _missing_comma(text: str, place: int) -> str:
    after_digit = text[place - 1].isdecimal()
    if after_digit and text[place : place + 1] == ".":
        return "Miss fraction part in number."
    if after_digit and text[place : place + 1] in {"e", "E"}:
        return "Miss exponent in number."
    opened = []
    for token in _TOKEN.finditer(text, 0, min(place, _FARTHEST)):
        if token[0] in {"[", "{"}:
            opened.append(token[0])
        elif token[0] in {"]", "}"}:
            opened.pop()
    if opened and opened[-1] == "[":
        return "Missing a comma or ] after an array element."
    return "Missing a comma or } after an object member."


def _parse_error(reason: str, offset: int) -> StatusError:
    return invalid(f"JSON Parse error: {reason} at offset: {offset}")
