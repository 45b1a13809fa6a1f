"""Makes the output of commands safe for a terminal.

Names and messages come from servers and files of strangers. A terminal obeys control
characters in them: they move the cursor, set titles, or hide and reorder text.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO, cast

from digits_widget.errors import DigitsError

_HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories: controls, formats such as those that reorder text, halves of
surrogate pairs, separators of lines and paragraphs."""

_KEPT = "\n\t\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Characters of these kinds that text needs: line ends, tabs, joiners of letters."""

_STEP_BACK = ", \b\b"
"""``saved_model_cli`` removes a last comma so; `inspect` has the same layout."""


class _Escapes(dict[int, str]):
    """The printed form of each character, by its number."""

    def __missing__(self, number: int) -> str:
        """Compute the printed form once."""
        character = chr(number)
        harmful = unicodedata.category(character) in _HARMFUL
        self[number] = (
            _escaped(character) if harmful and character not in _KEPT else character
        )
        return self[number]


_ESCAPES = _Escapes()


def printable(text: str) -> str:
    r"""Return `text` with every control character spelled out.

    An escape character becomes ``\u001b``, as in JSON, so JSON output for programs
    keeps its meaning.
    """
    if text.isprintable():
        return text
    parts = text.split(_STEP_BACK)
    return _STEP_BACK.join(part.translate(_ESCAPES) for part in parts)


@contextmanager
def printing_safely() -> Iterator[None]:
    """Pass everything that is printed within the block through `printable`."""
    with redirect_stdout(cast("TextIO", _Printed(sys.stdout))):
        yield


def complain(text: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{printable(text)}\n")


def complain_of(exc: DigitsError, who: str) -> None:
    """Print an error on standard error, and below it how to read more.

    Parameters
    ----------
    exc : DigitsError
        The error.
    who : str
        What failed; it stands before the message.
    """
    complain("\n".join([f"{who}: {exc}", *exc.__notes__]))


class _Printed:
    """A text stream that spells out control characters."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write `text`, made safe."""
        return self._stream.write(printable(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write all of `lines`, made safe."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def _escaped(character: str) -> str:
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[at : at + 2].hex()}" for at in range(0, len(data), 2))
