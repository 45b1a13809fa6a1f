"""`Method`: one algorithm of the catalogue, with its history and its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from digits_widget.dithering.card import card
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.ordered_map import OrderedMap
from digits_widget.errors import OptionError
from digits_widget.nearest_names import nearest_names
from digits_widget.option import Option, Value

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

    Call it with a batch that was checked already, or call `dither`, which checks it.
    """

    name: str
    """Its name for `dither`, such as ``floyd-steinberg``."""

    family: Family
    """The kind of algorithm."""

    apply: Callable[..., Floats]
    """Takes (n, rows, cols) floats in [0, 1] and the options; returns float32."""

    code: Callable[..., tuple[str, ...]]
    """Takes the options; returns lines of NumPy that dither a variable `image`."""

    year: int
    """Year of the publication, or the nearest one known."""

    author: str
    """Its author."""

    source: str
    """Where it was published."""

    keeps_mean: bool
    """Whether a plain grey keeps its mean, except at the picture's edge."""

    options: Mapping[str, Option]
    """Its options, by their keywords for `dither`."""

    aliases: tuple[str, ...] = ()
    """Other names that people and programs use."""

    kernel: Kernel | None = None
    """Where errors go, if it is an error diffusion."""

    tile: OrderedMap | None = None
    """The map, if it is an ordered method with a fixed one."""

    note: str = ""
    """A remark for people who choose a method."""

    def __call__(self, images: Floats, **options: Value) -> Floats:
        """Dither a batch, (n, rows, cols), with these options.

        Raises
        ------
        OptionError
            The method does not have an option, or does not accept its value.
        """
        checked = self.check(options)
        if not len(images):
            return np.zeros(images.shape, dtype=np.float32)
        return self.apply(images, **checked)

    def check(self, options: Mapping[str, object]) -> dict[str, Value]:
        """Return the options with every default filled in.

        Raises
        ------
        OptionError
            The method does not have an option, or does not accept its value.
        """
        for name in options:
            if name not in self.options:
                takes = ", ".join(self.options) or "no options"
                near = nearest_names(name, self.options, most=1)
                cure = f"Perhaps {near[0]}?" if near else "Leave it out."
                msg = f"Got the option {name}, but {self.name} takes: {takes}. {cure}"
                raise OptionError(msg)
        given = {k: self.options[k].check(k, v) for k, v in options.items()}
        return {k: option.default for k, option in self.options.items()} | given

    def _repr_html_(self) -> str:
        return card(self)
