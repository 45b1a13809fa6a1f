"""Turns greys into dots by a method of the dithering catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from digits_widget.dithering import CATALOGUE, Method, dither, find_method
from digits_widget.dithering.compatibility import (
    COMPATIBILITY,
    find_method_like,
    find_program,
)
from digits_widget.errors import OptionError
from digits_widget.option import Option, Value
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.step import Image, Outcome

_LIKE = "A program whose output is printed to the last bit."


@dataclass(frozen=True)
class Dither:
    """Print greys with ink and paper only, so that they look the same from afar.

    Before the resize it has little effect, because averaging restores the greys. After
    the resize, the model sees the dots.

    Parameters
    ----------
    method : str or Method
        A name or alias of `digits_widget.dithering.CATALOGUE`, or a method of your own,
        such as `digits_widget.dithering.own_method` makes.
    like : str, optional
        A program to reproduce bit for bit, such as ``pillow``.
    **options
        Options of the method, such as ``scan="serpentine"``.
    """

    name: ClassVar[str] = "dither"
    title: ClassVar[str] = "Dither"

    method: str
    """Name of the method."""

    like: str | None
    """Name of a program in `COMPATIBILITY`; None for the catalogue's own method."""

    options: Mapping[str, Value]
    """The options that differ from their defaults."""

    own: Method | None = field(repr=False)
    """The method, if it is not of the catalogue."""

    def __init__(
        self,
        method: str | Method = "floyd-steinberg",
        *,
        like: str | None = None,
        **options: Value,
    ) -> None:
        found = find_method_like(method, like)
        found.check(options)
        object.__setattr__(self, "method", found.name)
        object.__setattr__(self, "like", like)
        object.__setattr__(self, "options", MappingProxyType(options))
        is_own = isinstance(method, Method) and CATALOGUE.get(method.name) is not method
        object.__setattr__(self, "own", method if is_own else None)

    def __hash__(self) -> int:
        options = tuple(sorted(self.options.items()))
        return hash((self.method, self.like, options, self.own))

    @property
    def printer(self) -> Method:
        """The method that prints: the catalogue's, whatever `like` says, or `own`."""
        return find_method(self.own or self.method)

    def __call__(self, image: Image) -> Image:
        """Return the picture in dots."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Dither the picture, and describe the change in the amount of ink."""
        check_flat(image, self.title)
        printed = dither(image, self.printer, like=self.like, **self.options)
        before, after = float(image.mean()), float(printed.mean())
        chosen = "".join(f", {key} {value}" for key, value in self.options.items())
        chosen = f" as {self.like} does it{chosen}" if self.like else chosen
        caption = (
            f"{self.method}{chosen}: {np.unique(printed).size} different values are "
            f"left; ink covers {after:.1%} of the picture, before {before:.1%}."
        )
        return Outcome(printed, caption, {"before": before, "after": after})

    def many(self, images: Sequence[Image]) -> list[Image]:
        """Dither pictures of one size together: the same bits, much faster."""
        if len({image.shape for image in images}) > 1 or images[0].ndim != 2:
            return [self.run(image).image for image in images]
        # `dither` would take a batch of pictures with 3 columns for a colour picture.
        method = find_method_like(self.printer, self.like)
        return list(method(np.stack(images), **self.options))

    def parameters(self) -> Mapping[str, Option]:
        """Return the parameters: the method and its options."""
        programs = (p for p in COMPATIBILITY.values() if self.method in p.methods)
        names = (*CATALOGUE, *((self.method,) if self.own else ()))
        return {
            "method": Option("The dithering method.", self.method, names),
            "like": Option(_LIKE, None, (None, *(each.name for each in programs))),
            **self._takes(),
        }

    def values(self) -> Mapping[str, Value]:
        """Return the value of every parameter, including defaults."""
        defaults = {name: option.default for name, option in self._takes().items()}
        return {"method": self.method, "like": self.like, **defaults, **self.options}

    def changed(self, name: str, value: Any) -> Dither:  # noqa: ANN401 - of any option
        """Return the step with another value; options that no longer fit are dropped.

        Parameters
        ----------
        name : str
            Name of the parameter.
        value : object
            Its new value.
        """
        if name not in {"method", "like"}:
            return Dither(self.printer, like=self.like, **{**self.options, name: value})
        is_other = name == "method" and value != self.method
        like = value if name == "like" else self.like
        return self._with(find_method(value) if is_other else self.printer, like)

    def printed_by(self, method: Method) -> Dither:
        """Return the step with another method; options that do not fit are dropped."""
        return self._with(method, self.like)

    def _with(self, method: Method, like: str | None) -> Dither:
        if like and method.name not in find_program(like).methods:
            like = None
        kept: dict[str, Value] = {}
        for option, chosen in self.options.items():
            with suppress(OptionError):
                Dither(method, like=like, **{option: chosen})
                kept[option] = chosen
        return Dither(method, like=like, **kept)

    def _takes(self) -> Mapping[str, Option]:
        return find_method_like(self.printer, self.like).options

    def code(self) -> tuple[str, ...]:
        """Return lines that do the same to `image`."""
        method = find_method_like(self.printer, self.like)
        return method.code(**method.check(self.options))
