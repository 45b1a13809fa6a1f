"""Finds things by name, and suggests names for a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from digits_widget.errors import UnknownMethodError

T = TypeVar("T")


def nearest_names(name: str, known: Iterable[str], *, most: int) -> list[str]:
    """Return the known names that are most similar to `name`, best first.

    Parameters
    ----------
    name : str
        The misspelt name.
    known : iterable of str
        The names that exist.
    most : int
        Length of the result at most.
    """
    return difflib.get_close_matches(name, list(known), most, cutoff=0.4)


def look_up(name: str, table: Mapping[str, T], *, what: str) -> T:
    """Find a name in a table whose keys are lower case with hyphens.

    Parameters
    ----------
    name : str
        The name; case, blanks and underscores do not matter.
    table : mapping
        Values by lower-case names with hyphens.
    what : str
        The kind of thing that the names stand for, for the message.

    Raises
    ------
    UnknownMethodError
        The table has no such name; the message lists the nearest ones.
    """
    slug = str(name).strip().lower().replace("_", "-").replace(" ", "-")
    if slug in table and isinstance(name, str):
        return table[slug]
    near = nearest_names(slug, table, most=3) or sorted(table)
    hint = f"The nearest are: {', '.join(near)}."
    msg = f"Got the {what} {name!r}, expected one of {len(table)} names. {hint}"
    raise UnknownMethodError(msg)
