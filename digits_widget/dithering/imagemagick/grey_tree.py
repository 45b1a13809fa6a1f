"""`GreyTree`: how ImageMagick's ``-colors 2`` chooses its two greys from a picture.

Its octree of colours is, for grey pictures, a binary tree over the eight bits of the
value. Every pixel drops into a leaf; then the nodes with the least error are merged
into their parents until two greys are left, or one: thin ink on much paper often
drowns in the mean, and nothing black remains.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

WHITE = 65535
"""ImageMagick computes with 16 bits a channel."""

_DEPTH = 8
_SPARE_NODES = 3
"""The first threshold leaves this many nodes: 110 % of the greys asked for and one."""


@dataclass(eq=False)
class Node:
    """One half of its parent's range of greys."""

    parent: Node | None = None
    """None for the whole range."""

    bit: int = 0
    """Which half: 0 is the darker."""

    children: list[Node | None] = field(default_factory=lambda: [None, None])
    """The darker and the brighter half, where pixels fell into them."""

    count: int = 0
    """Pixels that no smaller node keeps."""

    total: float = 0.0
    """Sum of these pixels, white being 1."""

    error: float = 0.0
    """How far all pixels in the range are from its middle, in sum."""

    grey: int = -1
    """The mean of its own pixels, 0 to 65535, or -1 where it has none."""

    def walk(self) -> Iterator[Node]:
        """Yield every node below, the darker first, and then this one."""
        for child in self.children:
            if child is not None:
                yield from child.walk()
        yield self

    def merge(self) -> None:
        """Give everything to the parent and leave it."""
        for child in self.children:
            if child is not None:
                child.merge()
        parent = self.parent or self
        parent.count += self.count
        parent.total += self.total
        parent.children[self.bit] = None


class GreyTree:
    """At most two greys that stand for a picture, and which of them stands for what.

    Parameters
    ----------
    image : array
        (rows, cols) whole numbers from 0, black, to 65535, white.
    alpha : bool
        Whether the picture has an alpha channel, opaque everywhere: it adds to the
        errors that decide which nodes are merged.
    """

    def __init__(self, image: NDArray[np.integer], *, alpha: bool = False) -> None:
        self.root = Node()
        for row in image.tolist():
            for value, run in groupby(row):
                self._add(value, len(list(run)), alpha=alpha)
        self._reduce()
        for node in self.root.walk():
            if node.count:
                mean = 1.0 / node.count * WHITE * node.total
                node.grey = min(int(mean + 0.5), WHITE)

    @classmethod
    def black_and_white(cls) -> GreyTree:
        """Make the tree of ``-remap`` with a picture of one black and one white dot."""
        return cls(np.array([[0, WHITE]]))

    @property
    def greys(self) -> tuple[int, ...]:
        """The greys, in the order of the tree: 0 to 65535, one or two of them."""
        return tuple(node.grey for node in self.root.walk() if node.count)

    def nearest(self, value: int) -> int:
        """Find the grey that stands for a value, both from 0 to 65535.

        Only the smallest range that holds the value, and its sibling, are searched.
        """
        node, char = self.root, to_char(value)
        for bit in range(_DEPTH - 1, 0, -1):
            child = node.children[char >> bit & 1]
            if child is None:
                break
            node = child
        found = (near.grey for near in (node.parent or node).walk() if near.count)
        # Of two greys as near, the later one: compare with its place in the walk.
        return min(reversed(list(found)), key=lambda grey: abs(grey - value))

    def _add(self, value: int, run: int, *, alpha: bool) -> None:
        node, char = self.root, to_char(value)
        middle, clear, half = WHITE / 2, WHITE / 2, (WHITE + 1) / 2
        for bit in range(_DEPTH - 1, -1, -1):
            half *= 0.5
            side = char >> bit & 1
            middle += half if side else -half
            clear -= half
            child = node.children[side]
            if child is None:
                child = node.children[side] = Node(node, side)
            node = child
            off = (value - middle) * (1.0 / WHITE)
            through = clear * (1.0 / WHITE) if alpha else 0.0
            node.error += run * math.sqrt(
                off * off + off * off + off * off + through * through
            )
            self.root.error += node.error
        node.count += run
        node.total += run * (1.0 / WHITE) * value

    def _reduce(self) -> None:
        """Merge the nodes of least error until at most two hold pixels."""
        nodes = list(self.root.walk())
        colours = sum(node.count > 0 for node in nodes)
        threshold = 0.0
        if colours > 2 and len(nodes) > _SPARE_NODES:
            threshold = sorted(node.error for node in nodes)[-_SPARE_NODES]
        while colours > 2:
            limit, threshold, colours = threshold, self.root.error - 1, 0
            for node in list(self.root.walk()):
                if node.error <= limit:
                    node.merge()
                else:
                    colours += node.count > 0
                    threshold = min(threshold, node.error)


def to_char(value: int) -> int:
    """Turn 16 bits into 8, as ImageMagick rounds."""
    return value + 128 - (value + 128 >> 8) >> 8
