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

_PART = 1 << 16
"""Characters that are read at once, about."""

_SPACE = re.compile(r"[ \t\r\n]*")
_OPENINGS = re.compile(r"(?:\[[ \t\r\n]*)+")
_MOST_OPENINGS = 200
"""Characters in which they are counted: deeper than any tensor is."""


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
    walk = _Walk(text, decoder)
    value, _ = walk.inside(at)
    return value


class _Walk:
    """Where methods take a place in the text, they return the next one, too."""

    def __init__(self, text: str, decoder: json.JSONDecoder) -> None:
        self._text = text
        self._decoder = decoder

    def inside(self, at: int) -> tuple[Any, int]:
        """Read what begins here, and walk through it if it is a list or an object."""
        opening = self._text[at : at + 1]
        if opening == "[":
            return self._list(at + 1)
        if opening == "{":
            return self._object(at + 1)
        return self._decoder.raw_decode(self._text, at)

    def _value(self, at: int) -> tuple[Any, int]:
        """Read what begins here: at once, if its end is near."""
        if self._text.find(self._closing(at), at, at + _PART) < 0:
            return self.inside(at)
        return self._decoder.raw_decode(self._text, at)

    def _closing(self, at: int) -> str:
        """Guess how the value ends: lists of lists are as deep at the end as here."""
        found = _OPENINGS.match(self._text, at, at + _MOST_OPENINGS)
        inner = found.end() if found else at
        last = {"{": "}", '"': '"'}.get(self._text[inner : inner + 1], "")
        return last + "]" * (found[0].count("[") if found else 0)

    def _list(self, at: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = single = self._skip(at)
        if self._text[at : at + 1] == "]":
            return found, at + 1
        while True:
            values, end = self._several(at) if at >= single else ([], at)
            if not values:
                # It was no use here, and will not be soon.
                single = max(single, at + _PART)
                value, end = self._value(at)
                values = [value]
            found += values
            at = self._skip(end)
            if self._ends(at, "]"):
                return found, at + 1
            at = self._skip(at + 1)

    def _several(self, at: int) -> tuple[list[Any], int]:
        """Read as many values as a part holds; none if it is not clear where they end.

        The cut is a guess. If what lies before it is whole, it was right: up to there,
        the text can be read in one way only.
        """
        end = self._cut(at)
        if end <= at:
            return [], at
        part = f"[{self._text[at:end]}]"
        try:
            values, read = self._decoder.raw_decode(part)
        except JSONDecodeError:
            return [], at
        return (values, end) if read == len(part) else ([], at)

    def _cut(self, at: int) -> int:
        """Guess where the list ends or, if that is far, the last value of a part."""
        closing = self._closing(at)
        end = self._text.find(closing + "]", at, at + _PART)
        if end < 0:
            end = self._text.rfind(closing + ",", at, at + _PART)
        return end if end < 0 else end + len(closing)

    def _object(self, at: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(at)
        if self._text[at : at + 1] == "}":
            return found, at + 1
        while True:
            key, at = self._key(at)
            value, at = self._value(at)
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
