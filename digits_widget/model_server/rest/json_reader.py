"""Reads JSON the way rapidjson does for TensorFlow Serving, not as Python's `json`.

Python's reader keeps the last of two equal keys, refuses text after the document and
words such as ``Inf``, turns 1e400 into infinity, and gives up on deep nesting. Its C
code is fast, though, so it reads what looks harmless, and everything that it refuses
or could misread goes to the careful reader.
"""

from __future__ import annotations

import json
import re
from typing import Any

from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.rest.json_parser import JsonError, parse
from digits_widget.model_server.rest.json_parts import read_in_parts

# Each begins with plain bytes: such patterns search ten times faster than others.
_LARGE_EXPONENTS = (re.compile(rb"e\+?0*[1-9]\d\d"), re.compile(rb"E\+?0*[1-9]\d\d"))
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_DIGITS = bytes(ord("0" if chr(code).isdecimal() else " ") for code in range(128))
_DIGITS += b" " * 128
_MANY_DIGITS = b"0" * 300
_START = re.compile(r"[ \t\r\n]*")
_LARGE = 1 << 20
"""What is longer is read in parts: Python's lock is not kept for long."""

_OVERLAP = 512
"""Longer than what is looked for where two parts meet."""

_LARGEST_FOR_CAREFUL = 8 * 2**20
_QUOTED_BYTES = 256


def read_json(body: bytes) -> dict[str, Any]:
    """Read a request's body.

    Parameters
    ----------
    body : bytes
        One JSON object; what follows it is ignored.

    Returns
    -------
    dict
        Of two equal keys, the first. Integers stay integers of any size. Bytes that
        are not UTF-8 are kept as surrogate escapes.

    Raises
    ------
    Refusal
        INVALID_ARGUMENT with the reason and the place.
    """
    text = body.decode("utf-8", "surrogateescape")
    try:
        value = _fast(text, body)
    except (ValueError, RecursionError) as exc:
        value = _careful(text, exc)
    if not isinstance(value, dict):
        raise invalid(f"JSON Value: {quote(value)} Is not object")
    return value


def quote(value: object) -> str:
    """Show a JSON value in an error, cut to 256 bytes."""
    try:
        shown = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (RecursionError, ValueError):
        shown = "[…]"
    raw = shown.encode("utf-8", "replace")[:_QUOTED_BYTES]
    return raw.decode("utf-8", "ignore")


def _fast(text: str, body: bytes) -> object:
    if _is_doubtful(body):
        raise ValueError
    found = _START.match(text)
    start = found.end() if found else 0
    if len(text) > _LARGE:
        return read_in_parts(text, start, _DECODER)
    value, _ = _DECODER.raw_decode(text, start)
    return value


def _is_doubtful(body: bytes) -> bool:
    """Tell whether there may be a number too large, or half a surrogate pair."""
    doubts = (*_LARGE_EXPONENTS, _SURROGATE)
    parts = (body[at : at + _LARGE + _OVERLAP] for at in range(0, len(body), _LARGE))
    return any(
        any(doubt.search(part) for doubt in doubts)
        or _MANY_DIGITS in part.translate(_DIGITS)
        for part in parts
    )


def _careful(text: str, doubt: Exception) -> object:
    if not text.strip(" \t\r\n"):
        raise _refusal("The document is empty.", 0) from doubt
    if len(text) > _LARGEST_FOR_CAREFUL:
        place = getattr(doubt, "pos", 0)
        raise _refusal("Invalid value.", place) from doubt
    try:
        return parse(text)
    except JsonError as exc:
        raise _refusal(exc.reason, exc.offset) from exc


def _refusal(reason: str, offset: int) -> Refusal:
    return invalid(f"JSON Parse error: {reason} at offset: {offset}")


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else dict(reversed(pairs))


_DECODER = json.JSONDecoder(object_pairs_hook=_first_wins)
