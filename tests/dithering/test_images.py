"""Pictures that cannot be dithered are refused, with the cure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import dither
from digits_widget.dithering.images import MAX_PIXELS
from digits_widget.errors import ImageError, ImageTooLargeError


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((3, 3), dtype=np.uint8), "type uint8, expected floats"),
        (np.zeros((3, 3), dtype=bool), "type bool, expected floats"),
        (np.zeros((3, 3), dtype=complex), "type complex128, expected floats"),
        (np.full((3, 3), "a"), "Read files with read_picture"),
        ("picture.png", "Read files with read_picture"),
        (None, "type object, expected floats"),
        (np.full((3, 3), 128.0), "Divide by the white, such as 255"),
        (np.full((3, 3), 1.001), "Clip them"),
        (np.full((3, 3), -0.001), "Clip them"),
        (np.full((3, 3), np.nan), "NaN"),
        (np.full((3, 3), np.inf), r"expected \[0, 1\]"),
        (np.zeros(()), r"shape \(\), expected"),
        (np.zeros(9), r"shape \(9,\), expected"),
        (np.zeros((1, 2, 3, 4)), "expected .rows, cols."),
        (np.zeros((0, 3)), "without pixels.* one row and column at least"),
        (np.zeros((3, 0)), "without pixels"),
        (np.zeros((2, 0, 3)), "without pixels"),
        (np.zeros((60, 80, 3)), "60 rows of 80 pixels in colours .*Make greys first"),
        (np.zeros((60, 80, 4)), "green, blue and alpha.*Flatten"),
        (np.zeros((7, 5, 3)), "7 grey pictures of 3 columns, dither them one by one"),
        ([[0.0, 1.0], [0.5]], "rows that are not an array"),
    ],
)
def test_a_picture_of_the_wrong_kind_is_refused(picture: object, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        dither(picture)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "shape", [(1, MAX_PIXELS + 1), (MAX_PIXELS + 1, 1), (10**7, 10**7), (2, 10**5, 501)]
)
@pytest.mark.parametrize("method", ["floyd-steinberg", "riemersma", "bayer", "otsu"])
def test_a_picture_that_is_too_large_is_refused_before_memory_is_taken(
    shape: tuple[int, ...], method: str
) -> None:
    grey = np.broadcast_to(np.float32(0.5), shape)

    with pytest.raises(ImageTooLargeError, match="at most 50,000,000 in all"):
        dither(grey, method)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_every_float_will_do(dtype: type) -> None:
    picture: NDArray[Any] = np.linspace(0, 1, 25).reshape(5, 5).astype(dtype)

    assert dither(picture).dtype == np.float32


def test_lists_will_do() -> None:
    assert dither([[0.0, 1.0]]).tolist() == [[0.0, 1.0]]


def test_memory_layout_does_not_matter() -> None:
    picture = np.random.default_rng(0).random((12, 9))
    batch = np.stack([picture] * 700)
    expected = dither(picture)

    for same in (np.asfortranarray(picture), np.repeat(picture, 2, axis=1)[:, ::2]):
        np.testing.assert_array_equal(dither(same), expected)
    np.testing.assert_array_equal(dither(np.asfortranarray(batch))[-1], expected)
