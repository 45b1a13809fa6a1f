"""Adds the noise of pens, scanners and dithering to many pictures at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE, dither

_GROUP = 256
"""Pictures in a group that gets the same kind of noise."""

_COARSE = (
    "balanced-centred-point-6x6",
    "c5x5b",
    "c5x5w",
    "c6x6w",
    "c7x7b",
    "central-white-point-6x6",
    "clustered-dot-16x16-45",
    "clustered-dot-8x8-45-33",
    "clustered-dot-8x8-square",
    "clustered-dot-spiral-5x5",
    "h16x16o",
    "h8x8o",
    "horizontal-line-6x6",
)
"""Maps whose dots are as wide as a line of a digit, and hide parts of it."""

TURNS = dict.fromkeys(_COARSE, 2) | {"niblack": 5}
"""How often a method is taken, where it is not once: what is harder to read is seen
more. Niblack's threshold, made for dark text, draws a frame around light ink, which
misleads `Framing` about where the digit is and how large."""

Floats = NDArray[np.float32]


def add_noise(
    images: NDArray[np.uint8], random: np.random.Generator
) -> NDArray[np.uint8]:
    """Add one random kind of noise to each group of pictures.

    A quarter of the groups stay unchanged, nearly half are dithered by a method of the
    catalogue, and a twelfth is thresholded. The others get thicker or thinner lines, or
    harder or softer greys. The pictures must be in random order.

    Parameters
    ----------
    images : ndarray
        (n, 28, 28) uint8, 255 is ink.
    random : numpy.random.Generator
        Source of all random choices.

    Returns
    -------
    ndarray
        (n, 28, 28) uint8, 255 is ink.
    """
    worn = images.copy()
    for start in range(0, len(images), _GROUP):
        group = images[start : start + _GROUP].astype(np.float32) / np.float32(255)
        kinds = (None, _dithered, _thresholded, _swollen, _contrasted)
        kind = random.choice(len(kinds), p=(0.24, 0.46, 0.08, 0.13, 0.09))
        if (worker := kinds[kind]) is not None:
            result = worker(group, random)
            worn[start : start + _GROUP] = np.rint(result * 255).astype(np.uint8)
    return worn


def _dithered(group: Floats, random: np.random.Generator) -> Floats:
    method = str(random.choice(sorted(CATALOGUE), p=_shares()))
    return dither(group, method)


def _shares() -> NDArray[np.float64]:
    """Return the share of each method of the catalogue, in alphabetical order."""
    turns = [TURNS.get(name, 1) for name in sorted(CATALOGUE)]
    return np.array(turns, np.float64) / sum(turns)


def _thresholded(group: Floats, random: np.random.Generator) -> Floats:
    level = random.uniform(0.2, 0.75, (len(group), 1, 1))
    return (group > level).astype(np.float32)


def _swollen(group: Floats, random: np.random.Generator) -> Floats:
    """Thicken or thin the lines by up to a pixel on each side."""
    padded = np.pad(group, ((0, 0), (1, 1), (1, 1)))
    crosses = np.stack(
        [
            group,
            padded[:, :-2, 1:-1],
            padded[:, 2:, 1:-1],
            padded[:, 1:-1, :-2],
            padded[:, 1:-1, 2:],
        ]
    )
    thinner = random.random() < 0.4
    moved = crosses.min(axis=0) if thinner else crosses.max(axis=0)
    # A thin line must not vanish, so thinning goes half as far.
    share = random.uniform(0, 0.5 if thinner else 1.0, (len(group), 1, 1))
    swollen: Floats = (group + (moved - group) * share).astype(np.float32)
    return swollen


def _contrasted(group: Floats, random: np.random.Generator) -> Floats:
    """Bend the greys, and let some ink be faint."""
    power = np.exp(random.normal(0, 0.5, (len(group), 1, 1)))
    ink = random.uniform(0.55, 1, (len(group), 1, 1))
    bent: Floats = (np.power(group, power) * ink).astype(np.float32)
    return bent
