"""Thresholds from formulas and from random numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.codegen.ordered import INDICES, print_with
from digits_widget.dithering.codegen.text import Lines
from digits_widget.dithering.images import Floats
from digits_widget.dithering.levels import LEVELS, LINEAR, STRENGTH, print_against
from digits_widget.dithering.method import Method
from digits_widget.option import Option, Value

_OPTIONS = {"strength": STRENGTH, "levels": LEVELS, "linear": LINEAR}

PATTERN = Option("How the formula mixes column and row.", "add", choices=("add", "xor"))
SEED = Option("Seed of the random thresholds.", 0, low=0, high=2**31)

Thresholds = NDArray[np.float64]


def gradient_noise(rows: int, cols: int) -> Thresholds:
    """Return interleaved gradient noise, (rows, cols) in [0, 1).

    Parameters
    ----------
    rows, cols : int
        Size of the picture in pixels.
    """
    y, x = np.indices((rows, cols))
    return np.modf(52.9829189 * np.modf(0.06711056 * x + 0.00583715 * y)[0])[0]


def arithmetic_mask(rows: int, cols: int, *, pattern: str = "add") -> Thresholds:
    """Return the mask of the "a dither", (rows, cols) in (0, 1).

    Parameters
    ----------
    rows, cols : int
        Size of the picture in pixels.
    pattern : str
        ``add`` or ``xor``, the operation in the formula.
    """
    y, x = np.indices((rows, cols))
    if pattern == "add":
        return (((x + y * 236) * 119 & 255) + 0.5) / 256
    return (((x ^ y * 149) * 1234 & 511) + 0.5) / 512


def _print_gradient(images: Floats, **options: Value) -> Floats:
    return print_against(images, gradient_noise(*images.shape[1:]), **options)  # type: ignore[arg-type]


def _print_arithmetic(images: Floats, *, pattern: str, **options: Value) -> Floats:
    mask = arithmetic_mask(*images.shape[1:], pattern=pattern)
    return print_against(images, mask, **options)  # type: ignore[arg-type]


def _print_white(images: Floats, *, seed: int, **options: Value) -> Floats:
    # All pictures of a batch share a mask, so that each comes out as it would alone.
    mask = np.random.default_rng(seed).random(images.shape[1:])
    return print_against(images, mask, **options)  # type: ignore[arg-type]


def _gradient_code(**options: Value) -> Lines:
    inner = "np.modf(0.06711056 * x + 0.00583715 * y)[0]"
    mask = f"mask = np.modf(52.9829189 * {inner})[0]"
    return (INDICES, mask, *print_with(**options))  # type: ignore[arg-type]


def _arithmetic_code(*, pattern: str, **options: Value) -> Lines:
    mask = {
        "add": "mask = (((x + y * 236) * 119 & 255) + 0.5) / 256",
        "xor": "mask = (((x ^ y * 149) * 1234 & 511) + 0.5) / 512",
    }
    return (INDICES, mask[pattern], *print_with(**options))  # type: ignore[arg-type]


def _white_code(*, seed: int, **options: Value) -> Lines:
    mask = f"mask = np.random.default_rng({seed}).random(image.shape)"
    return (mask, *print_with(**options))  # type: ignore[arg-type]


METHODS = (
    Method(
        name="interleaved-gradient-noise",
        family="noise",
        apply=_print_gradient,
        code=_gradient_code,
        year=2014,
        author="Jorge Jimenez",
        source="Next generation post processing in Call of Duty: Advanced Warfare, "
        "SIGGRAPH courses",
        keeps_mean=True,
        options=_OPTIONS,
        aliases=("ign",),
        note="One line of arithmetic, between a map and noise.",
    ),
    Method(
        name="arithmetic",
        family="noise",
        apply=_print_arithmetic,
        code=_arithmetic_code,
        year=2013,
        author="Øyvind Kolås",
        source="a dither, pippin.gimp.org/a_dither",
        keeps_mean=True,
        options={"pattern": PATTERN} | _OPTIONS,
        aliases=("a-dither",),
        note="Whole-number arithmetic that comes near to blue noise.",
    ),
    Method(
        name="white-noise",
        family="noise",
        apply=_print_white,
        code=_white_code,
        year=1962,
        author="Lawrence G. Roberts",
        source="Picture coding using pseudo-random noise, IRE Trans. Information "
        "Theory 8(2)",
        keeps_mean=False,
        options={"seed": SEED} | _OPTIONS,
        aliases=("random",),
        note="A die for every pixel: the oldest and the grainiest. Keeps the mean "
        "only over many pixels.",
    ),
)
"""Methods whose thresholds need no table."""
