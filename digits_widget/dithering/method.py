"""`Method`: one algorithm of the catalogue, with its history and its options."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from digits_widget.dithering.card import card
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.option import Option, Value
from digits_widget.dithering.ordered_map import OrderedMap
from digits_widget.errors import OptionError

Family = Literal[
    "error diffusion",
    "variable error diffusion",
    "curve",
    "dot diffusion",
    "ordered",
    "noise",
    "threshold",
]


@dataclass(frozen=True, eq=False)
class Method:
    """One way to turn greys into black and white.

    Call it with a batch that is checked already, or go through `dither`.
    """

    name: str
    """As `dither` takes it, such as ``floyd-steinberg``."""

    family: Family
    """What kind of algorithm it is."""

    apply: Callable[..., Floats]
    """(n, rows, cols) floats in [0, 1], and the options, to float32 of that shape."""

    code: Callable[..., tuple[str, ...]]
    """The options to lines of NumPy that do the same to a variable named `image`."""

    year: int
    """Of the publication, or as near as is known."""

    author: str
    """Who found it."""

    source: str
    """Where it was published."""

    keeps_mean: bool
    """Whether a plain grey keeps its mean, apart from the picture's edge."""

    options: Mapping[str, Option]
    """What may be chosen, by the keyword of `dither`."""

    aliases: tuple[str, ...] = ()
    """Other names that people and programs use."""

    kernel: Kernel | None = None
    """Where the error goes, in error diffusion."""

    tile: OrderedMap | None = None
    """The map, of those ordered methods that have a fixed one."""

    note: str = ""
    """What to know before choosing it."""

    def __call__(self, images: Floats, **options: Value) -> Floats:
        """Dither a batch, (n, rows, cols), with the options that are given.

        Raises
        ------
        OptionError
            An option that this method does not have, or a value it does not take.
        """
        checked = self.check(options)
        if not len(images):
            return np.zeros(images.shape, dtype=np.float32)
        return self.apply(images, **checked)

    def check(self, options: Mapping[str, object]) -> dict[str, Value]:
        """Return the options with every default filled in."""
        for name in options:
            if name not in self.options:
                takes = ", ".join(self.options) or "no options"
                near = difflib.get_close_matches(name, self.options, n=1)
                cure = f"Perhaps {near[0]}?" if near else "Leave it out."
                msg = f"Got the option {name}, but {self.name} takes: {takes}. {cure}"
                raise OptionError(msg)
        given = {k: self.options[k].check(k, v) for k, v in options.items()}
        return {k: option.default for k, option in self.options.items()} | given

    def _repr_html_(self) -> str:
        return card(self)
