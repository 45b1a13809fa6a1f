"""A JSON parser without recursion, with rapidjson's reasons for saying no."""

from __future__ import annotations

import math
import re
from typing import Any

MAX_DEPTH = 1000

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_WORDS = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": math.nan,
    "Infinity": math.inf,
    "Inf": math.inf,
    "-Infinity": -math.inf,
    "-Inf": -math.inf,
}
_ESCAPES = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_INTEGER_DIGITS = 400


class JsonError(ValueError):
    """Text that is not JSON.

    Parameters
    ----------
    reason : str
        What is wrong, in rapidjson's words.
    offset : int
        Where, in characters from the start.
    """

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def parse(text: str) -> Any:
    """Read the first value of a text.

    Raises
    ------
    JsonError
        There is none, or it nests deeper than `MAX_DEPTH`.
    """
    return _Parser(text).value()


class _Parser:
    """Where the reading is, and the containers that are open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[Any] = []
        self.keys: list[str] = []

    def value(self) -> Any:
        self._skip_space()
        if self.at == len(self.text):
            raise JsonError("The document is empty.", 0)
        while True:
            done, value = self._begin()
            if not done:
                continue
            while self.open:
                if self._store(value):
                    break
                value = self._close()
            else:
                return value

    def _begin(self) -> tuple[bool, Any]:
        """Read a scalar or an empty container, or open a container."""
        self._skip_space()
        first = self.text[self.at : self.at + 1]
        if first not in {"[", "{"} or not first:
            return True, self._scalar(first)
        if len(self.open) >= MAX_DEPTH:
            raise JsonError(f"Nested deeper than {MAX_DEPTH}.", self.at)
        self.at += 1
        self._skip_space()
        self.open.append([] if first == "[" else {})
        if self._peek() == ("]" if first == "[" else "}"):
            return True, self._close()
        if first == "{":
            self.keys.append(self._key())
        return False, None

    def _store(self, value: Any) -> bool:
        """Put a value where it belongs; tell whether another one follows."""
        container = self.open[-1]
        self._skip_space()
        if isinstance(container, list):
            container.append(value)
            return self._follows("]", "array element")
        container.setdefault(self.keys.pop(), value)
        if self._follows("}", "object member"):
            self._skip_space()
            self.keys.append(self._key())
            return True
        return False

    def _follows(self, end: str, what: str) -> bool:
        if self._peek() == ",":
            self.at += 1
            return True
        if self._peek() != end:
            raise JsonError(f"Missing a comma or {end} after an {what}.", self.at)
        return False

    def _close(self) -> Any:
        self.at += 1
        return self.open.pop()

    def _key(self) -> str:
        if self._peek() != '"':
            raise JsonError("Missing a name for object member.", self.at)
        key = self._string()
        self._skip_space()
        if self._peek() != ":":
            raise JsonError("Missing a colon after a name of object member.", self.at)
        self.at += 1
        return key

    def _scalar(self, first: str) -> Any:
        if first == '"':
            return self._string()
        number = _NUMBER.match(self.text, self.at)
        if number is not None:
            return self._number(number)
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        raise JsonError("Invalid value.", self.at)

    def _number(self, found: re.Match[str]) -> float:
        self.at = found.end()
        after = self._peek()
        if after == "." and found[1] is None and found[2] is None:
            raise JsonError("Miss fraction part in number.", self.at)
        if after in {"e", "E"} and found[2] is None:
            raise JsonError("Miss exponent in number.", self.at)
        is_integer = found[1] is None and found[2] is None
        if is_integer and len(found[0]) < _INTEGER_DIGITS:
            whole = int(found[0])
            if abs(whole) < 2**1023:
                return whole
        value = float(found[0])
        if math.isinf(value):
            raise JsonError("Number too big to be stored in double.", found.start())
        return value

    def _string(self) -> str:
        start = self.at
        self.at += 1
        parts = []
        while True:
            found = _PLAIN.match(self.text, self.at)
            if found is not None:
                parts.append(found[0])
                self.at = found.end()
            mark = self._peek()
            if mark == '"':
                self.at += 1
                return "".join(parts)
            if mark != "\\":
                reason = "Invalid encoding in string."
                if not mark:
                    reason = "Missing a closing quotation mark in string."
                raise JsonError(reason, self.at if mark else start)
            parts.append(self._escape())

    def _escape(self) -> str:
        start = self.at
        letter = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if letter != "u":
            if letter not in _ESCAPES or not letter:
                raise JsonError("Invalid escape character in string.", start)
            return _ESCAPES[letter]
        unit = self._unit(start)
        if 0xDC00 <= unit < 0xE000:
            raise JsonError("The surrogate pair in string is invalid.", start)
        if not 0xD800 <= unit < 0xDC00:
            return chr(unit)
        if self.text[self.at : self.at + 2] != "\\u":
            raise JsonError("The surrogate pair in string is invalid.", start)
        self.at += 2
        low = self._unit(start)
        if not 0xDC00 <= low < 0xE000:
            raise JsonError("The surrogate pair in string is invalid.", start)
        return chr(0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00)

    def _unit(self, start: int) -> int:
        digits = _HEX.match(self.text, self.at)
        if digits is None:
            raise JsonError("Incorrect hex digit after \\u escape in string.", start)
        self.at += 4
        return int(digits[0], 16)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
