"""`own_method`: a method from the caller's own kernel or threshold matrix.

Two forms are known, as JSON or as what JSON stands for::

    {"kernel": [[0, "x", 7], [3, 5, 1]], "divisor": 16}
    {"matrix": [[0, 2], [3, 1]]}

A kernel shares the error of the pixel "x": 7 parts of 16 go to the next pixel, the
others to the row below. Without a divisor, all of the error is passed on. A matrix says
in which order the cells of a tile get ink as a picture gets darker; didder's files of
this form can be read, with their "max".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn

import numpy as np

from digits_widget.dithering.codegen.diffusion import own_diffusion
from digits_widget.dithering.codegen.ordered import with_map
from digits_widget.dithering.diffusion import OPTIONS as KERNEL_OPTIONS
from digits_widget.dithering.diffusion import diffuse
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.method import Method
from digits_widget.dithering.ordered_map import OPTIONS as MAP_OPTIONS
from digits_widget.dithering.ordered_map import OrderedMap, print_with_map
from digits_widget.errors import OptionError, shortened
from digits_widget.nearest_names import nearest_names

YOURS = "yours"
"""Name of the method."""

MAX_LETTERS = 20_000
"""The longest text that is read."""

MAX_KERNEL = 9
"""The most rows and columns of a kernel."""

MAX_MATRIX = 64
"""The most rows and columns of a matrix."""

MAX_NUMBER = 1_000_000
"""The largest number; floats hold all sums of such numbers exactly."""

_PIXEL = "x"
_FORMS = {"kernel": "divisor", "matrix": "max"}
"""What a form is known by, and what it may have besides."""

_EXAMPLE = '{"kernel": [[0, "x", 7], [3, 5, 1]], "divisor": 16}'
_CURE = f"Write it as in {_EXAMPLE}."

Rows = Sequence[Sequence[object]]


def own_method(spec: str | Mapping[str, object]) -> Method:
    """Make a method of an own kernel or threshold matrix.

    Parameters
    ----------
    spec : str or mapping
        JSON, or the mapping that it stands for. ``kernel``: up to 9 rows of up to 9
        whole numbers each, from 0; ``"x"`` in the first row is the pixel, with zeros
        before it. ``divisor``, optional: the parts of the whole error, at least the sum
        of the numbers. Or ``matrix``: up to 64 rows of up to 64 whole numbers, from 0
        or 1; the smallest gets ink first. ``max``, optional: above all numbers, which
        then count from 0.

    Returns
    -------
    Method
        Named ``yours``. `dither` and the step `Dither` take it in place of a name.

    Raises
    ------
    OptionError
        It has neither form; the message says what is wrong, and what to do.

    Examples
    --------
    >>> own_method('{"matrix": [[0, 2], [3, 1]]}').family
    'ordered'
    """
    found = _read(spec) if isinstance(spec, str) else spec
    if not isinstance(found, Mapping) or len(_FORMS.keys() & found.keys()) != 1:
        _refuse('Give either a "kernel" or a "matrix", in braces.', _CURE)
    (form,) = _FORMS.keys() & found.keys()
    _check_names(found, form)
    return _diffusing(found) if form == "kernel" else _ordering(found)


def _refuse(problem: str, cure: str = "") -> NoReturn:
    raise OptionError(f"{problem} {cure}".rstrip())


def _read(text: str) -> object:
    if len(text) > MAX_LETTERS:
        _refuse(
            f"The text has {len(text):,} characters, and at most {MAX_LETTERS:,} are "
            "read.",
            "Paste one kernel or one matrix.",
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        _refuse(
            f"Line {exc.lineno}, column {exc.colno} is not JSON.",
            'Put "x" and all names in double quotes, and one comma between two values.',
        )
    except (RecursionError, ValueError):
        # Brackets in thousands of brackets, or a number of thousands of digits.
        _refuse("The brackets are too deep, or a number is too long.", _CURE)


def _check_names(found: Mapping[str, object], form: str) -> None:
    """Refuse what the form does not have: a misspelt divisor would be overlooked."""
    known = (form, _FORMS[form])
    for name in found:
        if name not in known:
            near = nearest_names(str(name), known, most=1)
            cure = f'Perhaps "{near[0]}"?' if near else "Leave it out."
            _refuse(f'A {form} has no "{shortened(name)}".', cure)


def _diffusing(found: Mapping[str, object]) -> Method:
    kernel = _kernel(_rows(found["kernel"], "kernel", MAX_KERNEL), found.get("divisor"))
    return Method(
        name=YOURS,
        family="error diffusion",
        apply=partial(diffuse, kernel=kernel),
        code=partial(own_diffusion, kernel=kernel),
        year=datetime.now(UTC).year,
        author="You",
        source="Your own kernel",
        keeps_mean=kernel.keeps_error,
        options=KERNEL_OPTIONS,
        kernel=kernel,
    )


def _ordering(found: Mapping[str, object]) -> Method:
    tile = _tile(_rows(found["matrix"], "matrix", MAX_MATRIX), found.get("max"))
    return Method(
        name=YOURS,
        family="ordered",
        apply=partial(print_with_map, tile=tile),
        code=partial(with_map, tile=tile),
        year=datetime.now(UTC).year,
        author="You",
        source="Your own threshold matrix",
        keeps_mean=False,
        options=MAP_OPTIONS,
        tile=tile,
    )


def _rows(value: object, form: str, most: int) -> Rows:
    """Return a table whose rows are equally long."""
    rows = [row for row in _items(value) if isinstance(row, list | tuple) and row]
    if not rows or len(rows) != len(_items(value)):
        _refuse(f"The {form} is no table.", "Write rows in brackets: [[1, 2], [3, 4]].")
    rows_count, cols = len(rows), len(rows[0])
    if max(rows_count, cols) > most:
        size = f"{rows_count} rows and {cols} columns"
        _refuse(f"The {form} has {size}.", f"Use at most {most} of each.")
    for number, row in enumerate(rows, start=1):
        if len(row) != cols:
            _refuse(
                f"Row 1 of the {form} has {cols} entries, row {number} has {len(row)}.",
                "Make all rows equally long, with 0 where nothing goes.",
            )
    return rows


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _kernel(rows: Rows, divisor: object) -> Kernel:
    centre = _column_of_pixel(rows)
    weights = (
        (x - centre, y, _whole(value, "kernel"))
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
        if value != _PIXEL
    )
    taps = tuple(tap for tap in weights if tap[2])
    if any(dy == 0 and dx < 0 for dx, dy, _ in taps):
        _refuse(
            'The pixels left of "x" are printed already.',
            'Put 0 there, and weights right of "x" or in the rows below.',
        )
    return _dividing(taps, divisor)


def _column_of_pixel(rows: Rows) -> int:
    cure = 'Put one "x" into the first row: it is the pixel whose error is shared.'
    count = sum(value == _PIXEL for row in rows for value in row)
    if count != 1:
        _refuse(f'The kernel has {count or "no"} "x".', cure)
    if _PIXEL not in rows[0]:
        _refuse('The "x" is not in the first row.', cure)
    return list(rows[0]).index(_PIXEL)


def _dividing(taps: tuple[tuple[int, int, int], ...], divisor: object) -> Kernel:
    total = sum(weight for *_, weight in taps)
    if not total:
        _refuse(
            "All weights are 0, so no error goes anywhere.",
            'Put a number right of "x" or below it.',
        )
    parts = total if divisor is None else _whole(divisor, "divisor")
    if total > parts:
        _refuse(
            f"The weights add up to {total}, more than the divisor {parts}: errors "
            "would grow without end.",
            f"Raise the divisor to {total}, or lower a weight.",
        )
    return Kernel(taps, parts)


def _tile(rows: Rows, most: object) -> OrderedMap:
    ranks = np.array([[_whole(v, "matrix") for v in row] for row in rows], np.int64)
    if most is None:
        # Some books count from 1.
        ranks -= ranks.min()
        levels = int(ranks.max()) + 1
    else:
        levels = _whole(most, "max")
    if ranks.max() >= levels:
        _refuse(
            f'The largest number is {ranks.max()}, and "max" is {levels}.',
            'Raise "max" above all numbers, or leave it out.',
        )
    return OrderedMap(ranks, levels)


def _whole(value: object, place: str) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, int) and is_number and 0 <= value <= MAX_NUMBER:
        return value
    # A list in a list may be too deep to be written.
    is_list = isinstance(value, list | tuple | dict)
    got = "brackets in place of a number" if is_list else shortened(value)
    _refuse(f"The {place} has {got}.", f"Use whole numbers from 0 to {MAX_NUMBER:,}.")
