"""`CATALOGUE`: every method by its name, and `find_method`, which knows all names."""

from __future__ import annotations

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
from digits_widget.nearest_names import look_up

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
"""Every method by its name, families together. Menus, tables and tests use it; to add a
method, add a row to its family's `METHODS`."""

_BY_ANY_NAME: Mapping[str, Method] = {**CATALOGUE} | {
    alias: method for method in CATALOGUE.values() for alias in method.aliases
}


def find_method(name: str | Method) -> Method:
    """Find a method by its name or alias; case, blanks and underscores do not matter.

    A method of your own is returned as it is.

    Raises
    ------
    UnknownMethodError
        No method has this name; the message lists the nearest ones.
    """
    if isinstance(name, Method):
        return name
    return look_up(name, _BY_ANY_NAME, what="dithering method")
