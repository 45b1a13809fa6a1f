"""Riemersma's dither: errors travel along Hilbert's curve, and fade."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.codegen.text import OWN, Lines
from digits_widget.dithering.codegen.walk import (
    COVER,
    along,
    peano_places,
    places,
)
from digits_widget.dithering.curve import Walk, hilbert_walk, level_to_cover, peano_walk
from digits_widget.dithering.diffusion import THRESHOLD, TIES
from digits_widget.dithering.fading import Fading
from digits_widget.dithering.images import Floats
from digits_widget.dithering.method import Method
from digits_widget.option import Option

CURVE = Option("Whose curve is followed.", "hilbert", choices=("hilbert", "peano"))

SMALL = 24
"""Number of pictures up to which plain Python is faster."""


def follow(images: Floats, walk: Walk, fading: Fading) -> Floats:
    """Carry errors along a walk.

    Parameters
    ----------
    images : array
        (n, rows, cols) floats in [0, 1].
    walk : array
        Indices into the flattened picture; all other pixels stay black.
    fading : Fading
        How the dither remembers errors.

    Returns
    -------
    array
        (n, rows, cols) float32, 0 or 1.
    """
    flat = images.reshape(len(images), -1)
    pixels = (flat * images.dtype.type(255)).astype(np.float64) * fading.white / 255
    if len(images) <= SMALL:
        white = np.stack([_follow_one(row.tolist(), walk, fading) for row in pixels])
    else:
        white = _follow_all(np.ascontiguousarray(pixels.T), walk, fading).T
    return white.reshape(images.shape).astype(np.float32)


def _follow_one(pixels: list[float], walk: Walk, fading: Fading) -> NDArray[np.bool_]:
    """Carry errors through one flattened picture, in plain Python."""
    length, white = len(fading.weights), fading.white
    errors = deque([0.0] * length, maxlen=length)
    printed = np.zeros(len(pixels), dtype=bool)
    silence = length
    for place in walk.tolist():
        value = pixel = pixels[place]
        if silence < length:
            carried = 0.0
            for weight, error in zip(fading.weights, errors, strict=True):
                carried += weight * error
            value += carried / fading.divisor
        if fading.whole:
            value = min(max(math.floor(value + 0.5), 0), white)
        error = pixel if fading.original else value
        if value > fading.middle or (fading.up and value == fading.middle):
            printed[place] = True
            error -= white
        errors.append(error)
        silence = 0 if error else silence + 1
    return printed


def _follow_all(
    pixels: NDArray[np.float64], walk: Walk, fading: Fading
) -> NDArray[np.bool_]:
    """Carry errors through many flattened pictures, (pixels, n), at once."""
    errors = deque(np.zeros((len(fading.weights), pixels.shape[1])))
    printed = np.zeros(pixels.shape, dtype=bool)
    compare = np.greater_equal if fading.up else np.greater
    for place in walk.tolist():
        carried = np.zeros(pixels.shape[1])
        # Add one after the other: a matrix product would add in another order.
        for weight, error in zip(fading.weights, errors, strict=True):
            carried += weight * error
        value = pixels[place] + carried / fading.divisor
        if fading.whole:
            value = np.clip(np.floor(value + 0.5), 0, fading.white)
        white = printed[place] = compare(value, fading.middle)
        base = pixels[place] if fading.original else value
        errors.append(base - white * fading.white)
        errors.popleft()
    return printed


def _print(images: Floats, *, curve: str, threshold: float, ties: str) -> Floats:
    rows, cols = images.shape[1:]
    if curve == "peano":
        walk = peano_walk(rows, cols)
    else:
        walk = hilbert_walk(rows, cols, level_to_cover(max(rows, cols)))
    fading = Fading(middle=threshold * 255, up=ties == "up")
    return follow(images, walk, fading)


def _code(*, curve: str, threshold: float, ties: str) -> Lines:
    fading = Fading(middle=threshold * 255, up=ties == "up")
    walk = peano_places() if curve == "peano" else places(COVER)
    return along(fading, light=OWN, walk=walk)


METHODS = (
    Method(
        name="riemersma",
        family="curve",
        apply=_print,
        code=_code,
        year=1998,
        author="Thiadmer Riemersma",
        source="A balanced dithering technique, C/C++ Users Journal, December",
        keeps_mean=False,
        options={"curve": CURVE, "threshold": THRESHOLD, "ties": TIES},
        note="Errors stay near where they arose and are forgotten after sixteen "
        "pixels: a change in one corner leaves the others alone.",
    ),
)
"""One method."""
