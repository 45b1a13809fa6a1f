"""Pieces of generated code that several families share."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

import numpy as np

from digits_widget.option import Value

Lines = tuple[str, ...]
"""Lines of Python: each is a statement, the head of a block or a part of a list."""

WIDTH = 88
"""The most characters in a line."""

OWN = "image * np.float32(255)"
"""Greys from 0 to 255, not rounded."""

WHOLE = "np.rint(image * np.float32(255))"
"""Greys from 0 to 255 in whole numbers, as in an 8-bit file."""

PARTS = f"{WHOLE}.astype(np.float64) / 255"
"""Greys from 0 to 1, rounded to 256 levels."""

GREYS = f"grey = {WHOLE}.astype(int)"
"""The line before code that looks greys up in a table."""

SHAPE = "rows, cols = image.shape"

TO_LINEAR = (
    "",
    "def linear(stored):  # from sRGB to amounts of light",
    "    high = ((stored + 0.055) / 1.055) ** 2.4",
    "    return np.where(stored <= 0.04045, stored / 12.92, high)",
    "",
)
"""`linear_light.to_linear` as code."""


def indented(lines: Iterable[str], depth: int = 1) -> Lines:
    """Indent lines.

    Parameters
    ----------
    lines : iterable of str
        The lines.
    depth : int
        Number of indentations, four blanks each.
    """
    return tuple(" " * 4 * depth + line if line else "" for line in lines)


def as_list(name: str, items: Sequence[object], *, comment: str = "") -> Lines:
    """Write a list on one line, or on as many as it takes.

    Parameters
    ----------
    name : str
        The variable to set.
    items : sequence
        The items, which `repr` writes.
    comment : str
        A comment, for a line of its own before the list.
    """
    said = (f"# {comment}",) if comment else ()
    short = f"{name} = [{', '.join(map(repr, items))}]"
    if len(short) <= WIDTH:
        return (*said, short)
    # Lines must not break at a blank within an item.
    whole = " ".join(f"{item!r},".replace(" ", "\0") for item in items)
    wrapped = textwrap.wrap(whole, WIDTH - 4, break_long_words=False)
    inner = (line.replace("\0", " ") for line in wrapped)
    return (*said, f"{name} = [", *indented(inner), "]")


def as_table(
    name: str, numbers: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Lines:
    """Write an array of whole numbers, one row per line.

    Parameters
    ----------
    name : str
        The variable to set.
    numbers : ndarray
        (rows, cols) int64.
    """
    wide = len(str(numbers.max()))
    rows = (", ".join(f"{n:{wide}}" for n in row) for row in numbers.tolist())
    return (f"{name} = np.array([", *(f"    [{row}]," for row in rows), "])")


def imported(method: str, *, like: str | None = None, **options: Value) -> Lines:
    """Write a call of this package, for a method whose code would be too long.

    Parameters
    ----------
    method : str
        Name of the method.
    like : str, optional
        Name of a program to reproduce.
    **options
        Options of the method.
    """
    said = [repr(method), *((f"like={like!r}",) if like else ())]
    said += [f"{name}={value!r}" for name, value in options.items()]
    call = f"image = dither(image, {', '.join(said)})"
    if len(call) > WIDTH:
        given = [f"    {each}," for each in ("image", *said)]
        lines: Lines = ("image = dither(", *given, ")")
    else:
        lines = (call,)
    return (
        "from digits_widget.dithering import dither",
        *lines,
    )
