"""The PNG of a tile: crisp, black ink on white paper."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digits_widget.errors import ImageError, OptionError
from digits_widget.tile import tile_png


def decoded(png: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_ink_is_black_on_white_paper_in_equal_squares() -> None:
    tile = decoded(tile_png(np.eye(28, dtype=np.float32)))
    assert tile.shape == (112, 112)
    np.testing.assert_array_equal(
        tile, np.kron(255 - 255 * np.eye(28), np.ones((4, 4)))
    )


def test_a_tile_is_never_larger_than_asked() -> None:
    tile = decoded(tile_png(np.zeros((20, 13)), side=112))
    assert tile.shape == (100, 65)


def test_a_large_picture_is_scaled_down() -> None:
    assert decoded(tile_png(np.zeros((280, 140)))).shape == (112, 56)


def test_at_its_own_size_every_byte_is_kept() -> None:
    ink = np.arange(256, dtype=np.float32).reshape(16, 16) / 255
    tile = decoded(tile_png(ink, side=16))
    np.testing.assert_array_equal(tile, 255 - np.arange(256).reshape(16, 16))


def test_colours_stay_and_transparency_shows_a_checkerboard() -> None:
    colours = np.zeros((28, 28, 4), np.float32)
    colours[:14] = (1, 0, 0, 1)
    tile = decoded(tile_png(colours, side=28))
    assert tile[0, 0].tolist() == [255, 0, 0]
    assert len(np.unique(tile[14:])) == 2


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((2, 2, 2)),
        np.zeros(784),
        np.zeros((0, 3)),
        np.full((3, 3), np.nan),
        np.full((3, 3), 255.0),
        np.full((3, 3), -0.1),
    ],
)
def test_what_is_no_picture_is_refused(image: np.ndarray[Any, Any]) -> None:
    with pytest.raises(ImageError, match="expected"):
        tile_png(image)


@pytest.mark.parametrize("side", [0, 5000, 1.5])
def test_a_side_that_is_no_number_of_pixels_is_refused(side: Any) -> None:
    with pytest.raises(OptionError, match="tile side"):
        tile_png(np.zeros((2, 2)), side=side)
