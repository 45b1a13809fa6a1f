"""Turns greys into dots, by any method of the dithering catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from digits_widget.dithering import CATALOGUE, Method, dither, find_method
from digits_widget.dithering.compatibility import COMPATIBILITY, find_program
from digits_widget.dithering.option import Option, Value
from digits_widget.errors import OptionError
from digits_widget.steps.checks import check_flat, checked
from digits_widget.steps.parameter import Parameter
from digits_widget.steps.step import Image, Outcome


@dataclass(frozen=True)
class Dither:
    """Print the greys with ink and paper only, so that from afar they look the same.

    Before the resize it matters little, as averaging brings the greys back; after it,
    the model sees the dots.

    Parameters
    ----------
    method : str
        A name or alias of `digits_widget.dithering.CATALOGUE`.
    like : str, optional
        A program to print as to the last bit, such as ``pillow``.
    **options
        What the method lets you choose, such as ``scan="serpentine"``.
    """

    name: ClassVar[str] = "dither"
    title: ClassVar[str] = "Dither"

    method: str
    """Name in the catalogue."""

    like: str | None
    """Name of a program in `COMPATIBILITY`, or None for the catalogue's own way."""

    options: Mapping[str, Value]
    """What was chosen; the rest is at its default."""

    def __init__(
        self,
        method: str = "floyd-steinberg",
        *,
        like: str | None = None,
        **options: Value,
    ) -> None:
        found = find_method(method)
        _as_in(found, like).check(options)
        object.__setattr__(self, "method", found.name)
        object.__setattr__(self, "like", like)
        object.__setattr__(self, "options", MappingProxyType(options))

    def __hash__(self) -> int:
        return hash((self.method, self.like, tuple(sorted(self.options.items()))))

    def __call__(self, image: Image) -> Image:
        """Return the picture in dots."""
        return self.run(checked(image)).image

    def run(self, image: Image) -> Outcome:
        """Dither, and tell what it did to the amount of ink."""
        check_flat(image, self.title)
        printed = dither(image, self.method, like=self.like, **self.options)
        before, after = float(image.mean()), float(printed.mean())
        chosen = "".join(f", {key} {value}" for key, value in self.options.items())
        chosen = f" as {self.like} does it{chosen}" if self.like else chosen
        caption = (
            f"{self.method}{chosen}: {np.unique(printed).size} different values are "
            f"left; ink covers {after:.1%} of the picture, before {before:.1%}."
        )
        return Outcome(printed, caption, {"before": before, "after": after})

    def many(self, images: Sequence[Image]) -> list[Image]:
        """Dither pictures of one size at once: the same bits, much faster."""
        if len({image.shape for image in images}) > 1 or images[0].ndim != 2:
            return [self.run(image).image for image in images]
        batch = np.stack(images)
        return list(dither(batch, self.method, like=self.like, **self.options))

    def parameters(self) -> Mapping[str, Parameter]:
        """Return what can be chosen: the method, and what that method lets choose."""
        programs = (p for p in COMPATIBILITY.values() if self.method in p.methods)
        return {
            "method": Parameter(tuple(CATALOGUE)),
            "like": Parameter((None, *(program.name for program in programs))),
            **{name: _parameter(option) for name, option in self._takes().items()},
        }

    def values(self) -> Mapping[str, Value]:
        """Return what is chosen, with every default filled in."""
        defaults = {name: option.default for name, option in self._takes().items()}
        return {"method": self.method, "like": self.like, **defaults, **self.options}

    def changed(self, name: str, value: Any) -> Dither:  # noqa: ANN401 - of any option
        """Return the step with another choice; what no longer fits it is given up."""
        if name not in {"method", "like"}:
            return Dither(self.method, like=self.like, **{**self.options, name: value})
        method = find_method(value if name == "method" else self.method)
        like = value if name == "like" else self.like
        if like and method.name not in find_program(like).methods:
            like = None
        kept: dict[str, Value] = {}
        for option, chosen in self.options.items():
            with suppress(OptionError):
                Dither(method.name, like=like, **{option: chosen})
                kept[option] = chosen
        return Dither(method.name, like=like, **kept)

    def _takes(self) -> Mapping[str, Option]:
        return _as_in(find_method(self.method), self.like).options

    def code(self) -> tuple[str, ...]:
        """Return lines that do the same to `image`."""
        method = _as_in(find_method(self.method), self.like)
        return method.code(**method.check(self.options))


def _as_in(method: Method, program: str | None) -> Method:
    """Return a method as a program does it, or as the catalogue does."""
    return find_program(program).find(method) if program else method


def _parameter(option: Option) -> Parameter:
    """Return what an option of a method takes, as a parameter of the step."""
    if option.choices:
        return Parameter(option.choices)
    whole = isinstance(option.default, int)
    return Parameter((), option.low, option.high, 1 if whole else 0.05, is_whole=whole)
