"""`Program`: another program's dithering, reproduced to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic, eight_bit
from digits_widget.dithering.catalogue import find_method
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.diffusion import diffuse_with
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.method import Method
from digits_widget.dithering.option import Option
from digits_widget.dithering.ordered_map import OrderedMap
from digits_widget.dithering.pasted.diffusion import diffusion
from digits_widget.dithering.pasted.light import GREYS, Lines
from digits_widget.dithering.pasted.ordered import tiled
from digits_widget.errors import OptionError

Greys = NDArray[np.intp]
Decide = Callable[[Greys, NDArray[np.int64], int], NDArray[np.bool_]]
"""From (n, rows, cols) greys of 0 to 255, (rows, cols) ranks and the number of ranks to
what is white."""


@dataclass(frozen=True, eq=False)
class Program:
    """What a program makes of 8-bit grey pictures.

    Pictures are rounded to 256 greys first: that is what the program would be given.
    """

    name: str
    """As the option `like` of `dither` takes it."""

    version: str
    """The version whose output was compared."""

    methods: Mapping[str, Method]
    """Its methods by their names in `CATALOGUE`, with the program's own options."""

    def find(self, method: Method) -> Method:
        """Find a method of the catalogue as this program does it.

        Raises
        ------
        OptionError
            The program does not have it; the message lists those it has.
        """
        if method.name not in self.methods:
            msg = (
                f"Got like={self.name!r} with {method.name}, but it has only: "
                f"{', '.join(self.methods)}. Take one of these, or leave like out."
            )
            raise OptionError(msg)
        return self.methods[method.name]


def recipe(
    name: str,
    apply: Callable[..., Floats],
    code: Callable[..., Lines],
    **options: Option,
) -> Method:
    """Make a method of the catalogue that is applied in another way."""
    return replace(find_method(name), apply=apply, code=code, options=options)


def kernel_of(name: str) -> Kernel:
    """Give the kernel of a method of the catalogue."""
    kernel = find_method(name).kernel
    if kernel is None:
        msg = f"Got {name}, expected a method with a kernel."
        raise ValueError(msg)
    return kernel


def tile_of(name: str) -> OrderedMap:
    """Give the map of a method of the catalogue."""
    tile = find_method(name).tile
    if tile is None:
        msg = f"Got {name}, expected a method with one map."
        raise ValueError(msg)
    return tile


def by_name(recipes: Iterable[Method]) -> dict[str, Method]:
    """Put methods in a table by their names."""
    return {method.name: method for method in recipes}


def diffusing(
    names: Iterable[str],
    arithmetic: Arithmetic,
    *,
    light: str,
    before: Lines = (),
    from_right: bool = False,
    **options: Option,
) -> list[Method]:
    """Make recipes of error diffusion that share an arithmetic.

    Raster order begins at the left, serpentine order `from_right` if so asked. To
    paste, `light` is Python for the arithmetic's table, after the lines `before`.
    """
    apply = partial(_diffuse, arithmetic=arithmetic, from_right=from_right)
    paste = partial(
        _code, rule=arithmetic, light=light, before=before, from_right=from_right
    )
    return [
        recipe(
            name,
            partial(apply, kernel=kernel_of(name)),
            partial(paste, kernel=kernel_of(name)),
            **options,
        )
        for name in names
    ]


def _diffuse(
    images: Floats,
    *,
    kernel: Kernel,
    arithmetic: Arithmetic,
    from_right: bool,
    scan: str = "raster",
) -> Floats:
    first = "rtl" if from_right and scan == "serpentine" else "ltr"
    return diffuse_with(Diffuser(kernel, arithmetic), images, scan=scan, first=first)


def _code(
    *,
    kernel: Kernel,
    rule: Arithmetic,
    light: str,
    before: Lines,
    from_right: bool,
    scan: str = "raster",
) -> Lines:
    first = "rtl" if from_right and scan == "serpentine" else "ltr"
    lines = diffusion(kernel=kernel, rule=rule, light=light, scan=scan, first=first)
    return (*before, *lines)


def fixed(images: Floats) -> Floats:
    """Print 128 and above white: what all these programs do without dithering."""
    return (eight_bit(images) >= 128).astype(np.float32)


def print_ranks(images: Floats, *, tile: OrderedMap, decide: Decide) -> Floats:
    """Print through a map by a program's own comparison."""
    ranks = tile.tiled(*images.shape[1:])
    return decide(eight_bit(images), ranks, tile.levels).astype(np.float32)


def mapped(
    name: str,
    decide: Decide,
    code: Callable[[int], Lines],
    **options: Option,
) -> Method:
    """Make a recipe of a map of the catalogue, perhaps with the option `transpose`.

    To paste, `code` writes what `decide` does with `grey` and `ranks`, for a number of
    ranks.
    """
    tile = tile_of(name)

    def apply(images: Floats, *, transpose: bool = False) -> Floats:
        turned = tile.transposed if transpose else tile
        return print_ranks(images, tile=turned, decide=decide)

    def paste(*, transpose: bool = False) -> Lines:
        turned = tile.transposed if transpose else tile
        return (*tiled(turned), GREYS, *code(tile.levels))

    return recipe(name, apply, paste, **options)
