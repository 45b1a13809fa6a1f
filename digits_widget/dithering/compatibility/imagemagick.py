"""ImageMagick 6 and 7: ``-remap``, ``-colors 2``, ``-monochrome`` and its maps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import Arithmetic, eight_bit
from digits_widget.dithering.catalogue import CATALOGUE, find_method
from digits_widget.dithering.codegen import imagemagick as codegen
from digits_widget.dithering.codegen.diffusion import diffusion
from digits_widget.dithering.codegen.text import WHOLE, Lines, imported
from digits_widget.dithering.compatibility.program import (
    Greys,
    Program,
    by_name,
    mapped,
    recipe,
)
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.diffusion import diffuse_with
from digits_widget.dithering.imagemagick import (
    GreyTree,
    floyd_steinberg_onto,
    nearest_onto,
    normalise,
    riemersma_onto,
)
from digits_widget.dithering.imagemagick.grey_tree import WHITE
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import FLOYD_STEINBERG
from digits_widget.option import Option

PALETTE = Option(
    "What is printed with: black and white (-remap), two greys chosen from the "
    "picture and then shown as black and white (-colors 2), or -monochrome.",
    "black-and-white",
    choices=("black-and-white", "two-greys", "monochrome"),
)

_FEW = 32
"""Number of pictures up to which one after the other is faster than all at once."""

ARITHMETIC = Arithmetic(
    white=WHITE,
    table=np.arange(256) * 257,
    clamp="read",
    rounding="read",
    middle=32767.5,
)
"""Code to paste, for Floyd-Steinberg in black and white."""

Onto = Callable[[NDArray[np.integer], GreyTree], NDArray[np.uint16]]


def _print(images: Floats, *, palette: str, onto: Onto, version: int) -> Floats:
    printed = [
        _print_one(image, palette=palette, onto=onto, version=version)
        for image in eight_bit(images) * 257
    ]
    return np.array(printed, dtype=np.float32).reshape(images.shape)


def _print_one(
    image: NDArray[np.integer], *, palette: str, onto: Onto, version: int
) -> NDArray[np.bool_]:
    if palette == "monochrome":
        image = normalise(image, version=version)
        if version == 7:  # It does not dither, whatever the option says.
            return image > WHITE // 2
    black_and_white = palette == "black-and-white"
    tree = GreyTree.black_and_white() if black_and_white else GreyTree(image)
    if len(tree.greys) == 1:
        # A single grey is printed black or white, whichever is nearer: white from 128.
        return np.full(image.shape, tree.greys[0] > WHITE // 2)
    return onto(image, tree) > min(tree.greys)


def _floyd_steinberg(images: Floats, *, palette: str, version: int) -> Floats:
    if palette == "black-and-white" and len(images) > _FEW:
        # All sums are exact, so that they are the same for all pictures at once.
        diffuser = Diffuser(FLOYD_STEINBERG, ARITHMETIC)
        return diffuse_with(diffuser, images, scan="serpentine", first="ltr")
    onto = floyd_steinberg_onto
    return _print(images, palette=palette, onto=onto, version=version)


def _ordered(greys: Greys, ranks: NDArray[np.int64], levels: int) -> NDArray[np.bool_]:
    steps = np.floor(257.0 * greys / 65535 * (levels + 1))
    return (steps >= levels) | (steps >= ranks + 1)


def _floyd_steinberg_code(*, palette: str, version: int) -> Lines:
    if palette == "black-and-white":
        return diffusion(
            kernel=FLOYD_STEINBERG,
            rule=ARITHMETIC,
            light=f"257 * {WHOLE}",
            scan="serpentine",
            first="ltr",
        )
    return _imported("floyd-steinberg", palette=palette, version=version)


def _imported(name: str, *, palette: str, version: int) -> Lines:
    return imported(name, like=f"imagemagick-{version}", palette=palette)


def _code(name: str, lines: Lines, *, palette: str, version: int) -> Lines:
    if palette == "black-and-white":
        return lines
    return _imported(name, palette=palette, version=version)


def _ordered_code(levels: int) -> Lines:
    return (
        f"steps = np.floor(257.0 * grey / 65535 * {levels + 1})",
        f"white = steps >= np.minimum(ranks + 1, {levels})",
        "image = white.astype(np.float32)",
    )


def _program(version: int, full: str) -> Program:
    follow = partial(riemersma_onto, version=version)
    maps = (name for name, method in CATALOGUE.items() if method.source == _TABLES)
    return Program(
        name=f"imagemagick-{version}",
        version=full,
        methods=by_name(
            [
                recipe(
                    "floyd-steinberg",
                    partial(_floyd_steinberg, version=version),
                    partial(_floyd_steinberg_code, version=version),
                    palette=PALETTE,
                ),
                recipe(
                    "riemersma",
                    partial(_print, onto=follow, version=version),
                    partial(
                        _code,
                        "riemersma",
                        codegen.riemersma(version),
                        version=version,
                    ),
                    palette=PALETTE,
                ),
                recipe(
                    "fixed-threshold",
                    partial(_print, onto=nearest_onto, version=version),
                    partial(
                        _code, "fixed-threshold", codegen.nearest(), version=version
                    ),
                    palette=PALETTE,
                ),
                *(mapped(name, _ordered, _ordered_code) for name in maps),
            ]
        ),
    )


_TABLES = find_method("o8x8").source

IMAGEMAGICK_6 = _program(6, "6.9.11-60 Q16")
IMAGEMAGICK_7 = _program(7, "7.1.1-43 Q16")
