"""Pictures that cannot be dithered are refused, with the cure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import dither
from digits_widget.errors import ImageError


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
        ([[0.0, 1.0], [0.5]], "rows that are no array"),
    ],
)
def test_a_picture_of_the_wrong_kind_is_refused(picture: object, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        dither(picture)  # type: ignore[arg-type]


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
