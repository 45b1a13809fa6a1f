"""`OrderedMap`: a tile of ranks that says in which order cells turn white."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering.images import Floats
from digits_widget.dithering.levels import LEVELS, LINEAR, STRENGTH, print_against
from digits_widget.option import Option

TRANSPOSE = Option(
    "Whether rows and columns of the map change places.", False, choices=(False, True)
)

OPTIONS = {
    "transpose": TRANSPOSE,
    "strength": STRENGTH,
    "levels": LEVELS,
    "linear": LINEAR,
}
"""The options of every map."""


@dataclass(frozen=True, eq=False)
class OrderedMap:
    """Ranks from 0, the first cell to turn white, tiled from the top left."""

    ranks: NDArray[np.int64]
    """(rows, cols) whole numbers from 0 to below `levels`, read-only."""

    levels: int
    """Number of ranks; a tile shows one grey more than this."""

    def __post_init__(self) -> None:
        self.ranks.flags.writeable = False

    @property
    def is_even(self) -> bool:
        """Whether every rank has the same number of cells."""
        counts = np.bincount(self.ranks.ravel(), minlength=self.levels)
        return bool((counts == counts[0]).all())

    @property
    def transposed(self) -> OrderedMap:
        """The same map with rows and columns exchanged."""
        return OrderedMap(self.ranks.T.copy(), self.levels)

    def tiled(self, rows: int, cols: int) -> NDArray[np.int64]:
        """Cover a picture with the map, and return its ranks, (rows, cols).

        Parameters
        ----------
        rows, cols : int
            Size of the picture in pixels.
        """
        down = np.arange(rows) % self.ranks.shape[0]
        across = np.arange(cols) % self.ranks.shape[1]
        return self.ranks[np.ix_(down, across)]


def print_with_map(
    images: Floats,
    *,
    tile: OrderedMap,
    transpose: bool = False,
    strength: float = 1.0,
    levels: int = 2,
    linear: bool = False,
) -> Floats:
    """Print a batch through a map: white where grey > (rank + 1/2) / levels.

    It rounds as many greys up as down.

    Parameters
    ----------
    images, strength, levels, linear
        As for `print_against`.
    tile : OrderedMap
        The map.
    transpose : bool
        Whether to exchange rows and columns of the map.
    """
    tile = tile.transposed if transpose else tile
    ranks = tile.tiled(*images.shape[1:])
    thresholds = (ranks + 0.5) / tile.levels
    return print_against(
        images, thresholds, strength=strength, levels=levels, linear=linear
    )
