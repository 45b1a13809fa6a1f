"""`CATALOGUE`: every method by its name, and the way to find one by any name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from digits_widget.dithering import (
    bayer,
    blue_noise,
    dot_diffusion,
    error_diffusion,
    maps,
    noise,
    ostromoukhov,
    riemersma,
    threshold,
    zhou_fang,
)
from digits_widget.dithering.method import Method
from digits_widget.errors import UnknownMethodError

CATALOGUE: Mapping[str, Method] = MappingProxyType(
    {
        method.name: method
        for family in (
            error_diffusion,
            ostromoukhov,
            zhou_fang,
            riemersma,
            dot_diffusion,
            bayer,
            maps,
            blue_noise,
            noise,
            threshold,
        )
        for method in family.METHODS
    }
)
"""Every method by its name, families together. Menus, tables and tests are made of it:
to add a method, add a row to its family's `METHODS`."""

_BY_ANY_NAME: Mapping[str, Method] = {**CATALOGUE} | {
    alias: method for method in CATALOGUE.values() for alias in method.aliases
}


def find_method(name: str) -> Method:
    """Find a method by its name or alias; case, blanks and underscores do not matter.

    Raises
    ------
    UnknownMethodError
        No method of this name; the message has the nearest ones.
    """
    slug = str(name).strip().lower().replace("_", "-").replace(" ", "-")
    if slug in _BY_ANY_NAME:
        return _BY_ANY_NAME[slug]
    near = difflib.get_close_matches(slug, _BY_ANY_NAME, n=3, cutoff=0.4)
    hint = f"The nearest are: {', '.join(near)}." if near else "CATALOGUE lists all."
    msg = f"Got the dithering method {name!r}, expected one of the catalogue. {hint}"
    raise UnknownMethodError(msg)
