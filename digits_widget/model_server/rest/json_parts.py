"""Reads large JSON in parts, so that others have their turn between them.

Python's own reader is fast, and keeps Python's lock until the last value: seventy
megabytes would hold every other request for seconds. Here it reads short pieces, and
what lies around them is walked through in Python.
"""

from __future__ import annotations

import json
import re
from json import JSONDecodeError
from typing import Any

_LEVELS = 3
"""Of nesting that are walked through: the object, its list, and what is in that."""

_PART = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r'[^\[\]{}"]*')


def read_in_parts(text: str, at: int, decoder: json.JSONDecoder) -> Any:
    """Read the value that begins at `at`, as ``decoder.raw_decode`` does.

    Parameters
    ----------
    text : str
        JSON; what follows the value is ignored.
    at : int
        Where the value begins, after any space.
    decoder : JSONDecoder
        Reads the pieces. Of two equal keys, the first counts.

    Raises
    ------
    JSONDecodeError
        It is not JSON, or what is left to the careful reader.
    """
    value, _ = _Walk(text, decoder).value(at, _LEVELS)
    return value


class _Walk:
    """Where methods take a place in the text, they return the next one, too."""

    def __init__(self, text: str, decoder: json.JSONDecoder) -> None:
        self._text = text
        self._decoder = decoder

    def value(self, at: int, levels: int) -> tuple[Any, int]:
        opening = self._text[at : at + 1]
        # A long list without an end in sight is walked through at any depth.
        is_piece = levels < 1 and self._text.find("]", at, at + _PART) >= 0
        if opening == "[" and not is_piece:
            return self._list(at + 1, levels - 1)
        if opening == "{" and not is_piece:
            return self._object(at + 1, levels - 1)
        return self._decoder.raw_decode(self._text, at)

    def _list(self, at: int, levels: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._skip(at)
        if self._text[at : at + 1] == "]":
            return found, at + 1
        while True:
            at = self._skip(self._items(found, at, levels))
            if self._ends(at, "]"):
                return found, at + 1
            at = self._skip(at + 1)

    def _items(self, found: list[Any], at: int, levels: int) -> int:
        """Read one value, or as many plain ones as a piece holds."""
        plain = _PLAIN.match(self._text, at, at + _PART)
        end = plain.end() if plain else at
        if self._text[end : end + 1] != "]":
            end = self._text.rfind(",", at, end)
        if end <= at:
            value, end = self.value(at, levels)
            found.append(value)
            return end
        try:
            found += self._decoder.raw_decode(f"[{self._text[at:end]}]")[0]
        except JSONDecodeError as exc:
            raise JSONDecodeError(exc.msg, self._text, at + exc.pos - 1) from exc
        return end

    def _object(self, at: int, levels: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(at)
        if self._text[at : at + 1] == "}":
            return found, at + 1
        while True:
            key, at = self._key(at)
            value, at = self.value(at, levels)
            found.setdefault(key, value)
            at = self._skip(at)
            if self._ends(at, "}"):
                return found, at + 1
            at = self._skip(at + 1)

    def _key(self, at: int) -> tuple[str, int]:
        """Read a key and its colon; the value begins at the place returned."""
        if self._text[at : at + 1] != '"':
            raise JSONDecodeError("Expecting a key", self._text, at)
        key, at = self._decoder.raw_decode(self._text, at)
        at = self._skip(at)
        if self._text[at : at + 1] != ":":
            raise JSONDecodeError("Expecting ':'", self._text, at)
        return key, self._skip(at + 1)

    def _ends(self, at: int, closing: str) -> bool:
        mark = self._text[at : at + 1]
        if mark not in {",", closing}:
            raise JSONDecodeError(f"Expecting ',' or '{closing}'", self._text, at)
        return mark == closing

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at
