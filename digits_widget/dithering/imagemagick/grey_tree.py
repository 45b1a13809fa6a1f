"""`GreyTree`: how ImageMagick's ``-colors 2`` chooses its two greys from a picture.

For grey pictures, its octree of colours is a binary tree over the eight bits of the
value. Every pixel drops into a leaf; then ImageMagick merges the nodes with the least
error into their parents until two greys are left, or one: thin ink on much paper often
vanishes in the mean, so that no black remains.

A node's number is its bits behind a leading 1: the root is 1, its halves are 2 and 3,
the leaves 256 to 511; the parent of k is k // 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

WHITE = 65535
"""ImageMagick computes with 16 bits a channel."""

_DEPTH = 8
_NODES = 2 << _DEPTH
_SPARE_NODES = 3
"""The first threshold leaves this many nodes: 110 % of the two greys, and one more."""


def _below(node: int) -> Iterator[int]:
    """Yield every node below, the darker first, and then the node itself."""
    if node < _NODES:
        yield from _below(2 * node)
        yield from _below(2 * node + 1)
        yield node


_ORDER = tuple(_below(1))[:-1]
"""All nodes but the root, in the order in which ImageMagick visits them."""


class GreyTree:
    """At most two greys that stand for a picture, and the grey for each value.

    Parameters
    ----------
    image : array
        (rows, cols) whole numbers from 0, black, to 65535, white.
    alpha : bool
        Whether the picture has an alpha channel, opaque everywhere. It adds to the
        errors that decide which nodes to merge.
    """

    def __init__(self, image: NDArray[np.integer], *, alpha: bool = False) -> None:
        self._fill(*_runs(image), alpha=alpha)
        self._reduce()
        self._kept = [
            (node, self._mean(node)) for node in (*_ORDER, 1) if self._count[node]
        ]

    @classmethod
    def black_and_white(cls) -> GreyTree:
        """Make the tree of ``-remap`` with a picture of one black and one white dot."""
        return cls(np.array([[0, WHITE]]))

    @property
    def greys(self) -> tuple[int, ...]:
        """The greys, in the order of the tree: 0 to 65535, one or two of them."""
        return tuple(grey for _, grey in self._kept)

    def nearest(self, value: int) -> int:
        """Find the grey that stands for a value, both from 0 to 65535.

        The search covers only the smallest range that holds the value, and its sibling.
        """
        leaf, depth = 1 << _DEPTH | to_char(value), 0
        while depth < _DEPTH - 1 and self._error[leaf >> _DEPTH - depth - 1]:
            depth += 1
        above = leaf >> _DEPTH - max(depth - 1, 0)
        found = [
            grey
            for node, grey in self._kept
            if node >> node.bit_length() - above.bit_length() == above
        ]
        # If two greys are equally near, ImageMagick takes the later one of its walk.
        return min(reversed(found), key=lambda grey: abs(grey - value))

    def _mean(self, node: int) -> int:
        mean = 1.0 / self._count[node] * WHITE * self._total[node]
        return min(int(mean + 0.5), WHITE)

    def _fill(
        self, values: NDArray[np.int64], lengths: NDArray[np.int64], *, alpha: bool
    ) -> None:
        """Drop runs of pixels of one value into the leaves.

        `numpy.bincount` adds in the order of the runs, as ImageMagick does.
        """
        leaves = 1 << _DEPTH | (values + 128 - (values + 128 >> 8) >> 8)
        error = np.zeros(_NODES)
        half, clear = (WHITE + 1) / 2, WHITE / 2
        for depth in range(1, _DEPTH + 1):
            nodes = leaves >> _DEPTH - depth
            half *= 0.5
            clear -= half
            middles = (2 * nodes + 1 - (2 << depth)) * half - 0.5
            off = (values - middles) * (1.0 / WHITE)
            through = clear * (1.0 / WHITE) if alpha else 0.0
            far = np.sqrt(off * off + off * off + off * off + through * through)
            error += np.bincount(nodes, lengths * far, _NODES)
        shares = lengths * (1.0 / WHITE) * values
        self._count: list[int] = np.bincount(leaves, lengths, _NODES).tolist()
        self._total: list[float] = np.bincount(leaves, shares, _NODES).tolist()
        # A node with pixels never has an error of 0: no value is the middle of a range.
        self._error: list[float] = error.tolist()
        self._error[1] = math.inf

    def _reduce(self) -> None:
        """Merge the nodes of least error until at most two hold pixels."""
        colours = sum(count > 0 for count in self._count)
        threshold = sorted(self._error)[-_SPARE_NODES]
        while colours > 2:
            limit, threshold, colours = threshold, math.inf, self._count[1] > 0
            for node in [node for node in _ORDER if self._error[node]]:
                if self._error[node] <= limit:
                    self._merge(node)
                else:
                    colours += self._count[node] > 0
                    threshold = min(threshold, self._error[node])

    def _merge(self, node: int) -> None:
        """Move the node's pixels to its parent."""
        for child in (2 * node, 2 * node + 1):
            if child < _NODES and self._error[child]:
                self._merge(child)
        self._count[node >> 1] += self._count[node]
        self._total[node >> 1] += self._total[node]
        self._count[node] = 0
        self._error[node] = 0.0


def to_char(value: int) -> int:
    """Round 16 bits to 8 as ImageMagick does."""
    return value + 128 - (value + 128 >> 8) >> 8


def _runs(image: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut the rows into runs of one value each: the values, and the lengths."""
    first = np.ones(image.shape, dtype=bool)
    first[:, 1:] = image[:, 1:] != image[:, :-1]
    starts = np.flatnonzero(first)
    return image.ravel()[starts].astype(np.int64), np.diff(starts, append=image.size)
