"""Zhou and Fang's error diffusion: Ostromoukhov's, with noise on the threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.arithmetic import eight_bit
from digits_widget.dithering.codegen.text import OWN, Lines
from digits_widget.dithering.codegen.variable import by_grey, trembling
from digits_widget.dithering.diffusion import FIRST, scan_steps
from digits_widget.dithering.images import Floats
from digits_widget.dithering.method import Method
from digits_widget.dithering.noise import SEED
from digits_widget.dithering.ostromoukhov import SCAN
from digits_widget.dithering.variable import Shares, diffuse_by_grey

_KEYS = {
    0: (0.722222, 0.0, 0.277778),
    1: (0.722562, 0.0, 0.277438),
    2: (0.682418, 0.000915, 0.316668),
    3: (0.637626, 0.0, 0.362374),
    4: (0.619999, 0.0, 0.380001),
    10: (0.539424, 0.227902, 0.232674),
    22: (0.466135, 0.319173, 0.214692),
    32: (0.474825, 0.306173, 0.219002),
    40: (0.459599, 0.240895, 0.299506),
    44: (0.430322, 0.421390, 0.148288),
    64: (0.364114, 0.432194, 0.203692),
    72: (0.384778, 0.538441, 0.076782),
    77: (0.405038, 0.515480, 0.079482),
    85: (0.358654, 0.341083, 0.300263),
    95: (0.341173, 0.368994, 0.289833),
    102: (0.351327, 0.360597, 0.288076),
    107: (0.329547, 0.376208, 0.294246),
    112: (0.333603, 0.379544, 0.286853),
    127: (0.352694, 0.360664, 0.286643),
}
"""Shares that go ahead, back below and straight below, linear between these greys."""

_TREMBLE = {
    0: 0,
    32: 24,
    44: 34,
    64: 50,
    80: 100,
    85: 100,
    95: 17,
    102: 50,
    107: 70,
    112: 79,
    127: 100,
}
"""Percent of noise to add to the threshold, linear between these greys."""

_GREYS = np.arange(128)

_COLUMNS = [
    np.interp(_GREYS, list(_KEYS), column).tolist()
    for column in zip(*_KEYS.values(), strict=True)
]

SHARES = Shares.mirrored([(*row, 1.0) for row in zip(*_COLUMNS, strict=True)])
"""The table of the paper, to 4 parts in a million."""


def thresholds_for(images: Floats, *, seed: int = 0) -> NDArray[np.float64]:
    """Return the threshold of each pixel with noise, 127 to 255, in the images' shape.

    The noise depends on the position alone, so that pictures of a batch come out as
    they would one by one.

    Parameters
    ----------
    images : ndarray
        (n, rows, cols) floats in [0, 1].
    seed : int
        Seed of the noise.
    """
    grey = eight_bit(images)
    folded = np.minimum(grey, 255 - grey)
    percent = np.floor(np.interp(_GREYS, list(_TREMBLE), list(_TREMBLE.values())))[
        folded
    ]
    noise = np.random.default_rng(seed).integers(0, 128, size=images.shape[1:])
    return np.where(percent == 0, 127, 128 + np.floor(noise * percent / 100))


def _print(images: Floats, *, scan: str, first: str, seed: int) -> Floats:
    steps = scan_steps(images.shape[1], scan=scan, first=first)
    return diffuse_by_grey(images, SHARES, thresholds_for(images, seed=seed), steps)


def _code(*, scan: str, first: str, seed: int) -> Lines:
    return (
        *trembling(_KEYS, _TREMBLE, seed),
        *by_grey(light=OWN, limit="limit[y, x]", scan=scan, first=first, white=255),
    )


METHODS = (
    Method(
        name="zhou-fang",
        family="variable error diffusion",
        apply=_print,
        code=_code,
        year=2003,
        author="Bingfeng Zhou, Xifeng Fang",
        source="Improving mid-tone quality of variable-coefficient error diffusion "
        "using threshold modulation, SIGGRAPH",
        keeps_mean=True,
        options={"scan": SCAN, "first": FIRST, "seed": SEED},
        note="Ostromoukhov's method with noise in the threshold of middle greys.",
    ),
)
"""One method."""
