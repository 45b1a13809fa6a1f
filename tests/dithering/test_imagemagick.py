"""ImageMagick's choice of greys, its walk and its stretching, apart from goldens."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.dithering.curve import (
    hilbert_walk,
    level_to_cover,
    peano_walk,
)
from digits_widget.dithering.imagemagick import (
    GreyTree,
    floyd_steinberg_onto,
    nearest_onto,
    normalise,
    riemersma_onto,
    two_greys,
)


def test_two_greys_stay_as_they_are() -> None:
    image = np.array([[1000, 60000], [60000, 1000]])

    assert sorted(two_greys(image)) == [1000, 60000]


def test_thin_ink_drowns_in_the_mean() -> None:
    # The reason why thin strokes vanish in the recipe of 2020.
    image = np.full((28, 28), 65535)
    image[10, 5:12] = [60000, 50000, 40000, 45000, 52000, 61000, 63000]

    assert len(two_greys(image)) == 1


def test_an_opaque_channel_of_transparency_is_let_in() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 65536, size=(28, 28))

    assert 1 <= len(two_greys(image, alpha=True)) <= 2


def test_only_the_greys_of_the_tree_are_printed() -> None:
    image = np.random.default_rng(4).integers(0, 65536, size=(19, 23))
    tree = GreyTree(image)
    for onto in (floyd_steinberg_onto, riemersma_onto, nearest_onto):
        printed = onto(image, tree)

        assert printed.shape == image.shape
        assert printed.dtype == np.uint16
        assert set(printed.ravel().tolist()) <= set(tree.greys)


def test_black_and_white_is_parted_in_the_middle() -> None:
    tree = GreyTree.black_and_white()

    assert tree.greys == (0, 65535)
    assert [tree.nearest(value) for value in (0, 32767, 32768, 65535)] == [
        0,
        0,
        65535,
        65535,
    ]


@pytest.mark.parametrize("version", [6, 7])
def test_normalising_reaches_black_and_white(version: int) -> None:
    image = np.linspace(20000, 40000, 400).astype(np.int64).reshape(20, 20)

    stretched = normalise(image, version=version)

    assert (stretched.min(), stretched.max()) == (0, 65535)
    assert (np.diff(stretched.ravel()) >= 0).all()
    np.testing.assert_array_equal(normalise(image * 0 + 7, version=version), 7)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (8, 8), (5, 12), (28, 28)])
def test_the_walk_meets_every_pixel_once_and_never_jumps(
    shape: tuple[int, int],
) -> None:
    rows, cols = shape
    walk = np.array(hilbert_walk(rows, cols, level_to_cover(max(shape))))
    assert sorted(walk) == list(range(rows * cols))

    y, x = walk // cols, walk % cols
    if rows == cols and rows & (rows - 1) == 0:
        assert (np.abs(np.diff(y)) + np.abs(np.diff(x)) == 1).all()


@pytest.mark.parametrize("shape", [(1, 1), (9, 9), (27, 27), (5, 12), (28, 28)])
def test_peanos_walk_meets_every_pixel_once_and_never_jumps(
    shape: tuple[int, int],
) -> None:
    rows, cols = shape
    walk = np.array(peano_walk(rows, cols))
    assert sorted(walk) == list(range(rows * cols))
    assert walk[0] == 0

    y, x = walk // cols, walk % cols
    if rows == cols and rows in (9, 27):
        assert (np.abs(np.diff(y)) + np.abs(np.diff(x)) == 1).all()
