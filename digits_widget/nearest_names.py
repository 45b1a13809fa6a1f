"""Suggestions for a misspelt name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


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
