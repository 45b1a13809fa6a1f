"""`Program`: another program's dithering, reproduced to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits_widget.dithering.arithmetic import Arithmetic, eight_bit
from digits_widget.dithering.catalogue import find_method
from digits_widget.dithering.codegen.diffusion import diffusion
from digits_widget.dithering.codegen.ordered import tiled
from digits_widget.dithering.codegen.text import GREYS, Lines
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.diffusion import diffuse_with
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.method import Method
from digits_widget.dithering.ordered_map import OrderedMap
from digits_widget.errors import OptionError
from digits_widget.option import Option

Greys = NDArray[np.intp]
Decide = Callable[[Greys, NDArray[np.int64], int], NDArray[np.bool_]]
"""Takes (n, rows, cols) greys from 0 to 255, (rows, cols) ranks and the number of
ranks; returns which pixels are white."""


@dataclass(frozen=True, eq=False)
class Program:
    """Another program's dithering of 8-bit grey pictures.

    It rounds pictures to 256 greys first, as in a file for the program.
    """

    name: str
    """Its name for the option `like` of `dither`."""

    version: str
    """The version whose output was compared bit for bit."""

    methods: Mapping[str, Method]
    """Its methods by their names in `CATALOGUE`, with the program's own options."""

    greys_of: Callable[[Image.Image], NDArray[np.uint8]] | None = None
    """Takes a picture of any mode, and returns (rows, cols) greys from 0 to 255 as the
    program makes them before it dithers. None if this package does not reproduce the
    program's conversion of colours: then only its prints of grey pictures are equal."""

    @property
    def title(self) -> str:
        """Name and version, such as ``ffmpeg 5.1.9``."""
        return f"{self.name.rstrip('0123456789').rstrip('-')} {self.version}"

    @property
    def pictures(self) -> str:
        """The pictures that come out as from the program, in words."""
        return "pictures of any kind" if self.greys_of else "8-bit grey pictures"

    def find(self, method: Method) -> Method:
        """Find this program's variant of a method of the catalogue.

        Raises
        ------
        OptionError
            The program does not have the method; the message lists those it has.
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
    """Make a program's variant of a method of the catalogue.

    Parameters
    ----------
    name : str
        Name of the method in the catalogue.
    apply : callable
        The program's algorithm, from a batch to a batch.
    code : callable
        Returns the same algorithm as lines of Python.
    **options
        Options of the method.
    """
    return replace(find_method(name), apply=apply, code=code, options=options)


def kernel_of(name: str) -> Kernel:
    """Return the kernel of a method of the catalogue.

    Raises
    ------
    ValueError
        The method has no kernel.
    """
    kernel = find_method(name).kernel
    if kernel is None:
        msg = f"Got {name}, expected a method with a kernel."
        raise ValueError(msg)
    return kernel


def tile_of(name: str) -> OrderedMap:
    """Return the map of a method of the catalogue.

    Raises
    ------
    ValueError
        The method does not have exactly one map.
    """
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
    """Make variants of error diffusion that share an arithmetic.

    Parameters
    ----------
    names : iterable of str
        Names of methods in the catalogue.
    arithmetic : Arithmetic
        The program's arithmetic.
    light : str
        Python for the arithmetic's table, for the code to paste.
    before : tuple of str
        Lines of Python before `light`.
    from_right : bool
        Whether serpentine order begins at the right. Raster order begins at the left.
    **options
        Options of the methods.
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
    """Print 128 and above white, as all these programs do without dithering."""
    return (eight_bit(images) >= 128).astype(np.float32)


def print_ranks(images: Floats, *, tile: OrderedMap, decide: Decide) -> Floats:
    """Print through a map, with a program's own comparison.

    Parameters
    ----------
    images : ndarray
        (n, rows, cols) floats in [0, 1].
    tile : OrderedMap
        The map.
    decide : callable
        The program's comparison of greys with ranks.
    """
    ranks = tile.tiled(*images.shape[1:])
    return decide(eight_bit(images), ranks, tile.levels).astype(np.float32)


def mapped(
    name: str,
    decide: Decide,
    code: Callable[[int], Lines],
    **options: Option,
) -> Method:
    """Make a variant of one of the catalogue's maps, perhaps with option `transpose`.

    Parameters
    ----------
    name : str
        Name of a method in the catalogue.
    decide : callable
        The program's comparison of greys with ranks.
    code : callable
        Takes the number of ranks, and returns `decide` as lines of Python with `grey`
        and `ranks`.
    **options
        Options of the method.
    """
    tile = tile_of(name)

    def apply(images: Floats, *, transpose: bool = False) -> Floats:
        turned = tile.transposed if transpose else tile
        return print_ranks(images, tile=turned, decide=decide)

    def paste(*, transpose: bool = False) -> Lines:
        turned = tile.transposed if transpose else tile
        return (*tiled(turned), GREYS, *code(tile.levels))

    return recipe(name, apply, paste, **options)
