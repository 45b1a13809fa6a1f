"""Scan directions, and what single options of error diffusion do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE, dither

SCANNED = [name for name, method in CATALOGUE.items() if "first" in method.options]


@pytest.fixture
def picture() -> NDArray[np.float64]:
    return np.random.default_rng(11).random((15, 22))


@pytest.mark.parametrize("scan", ["raster", "serpentine"])
@pytest.mark.parametrize("name", [name for name in SCANNED if name != "zhou-fang"])
def test_from_the_right_is_the_mirror_of_from_the_left(
    name: str, scan: str, picture: NDArray[np.float64]
) -> None:
    left = dither(picture, name, scan=scan, first="ltr")
    right = dither(picture[:, ::-1], name, scan=scan, first="rtl")

    np.testing.assert_array_equal(right, left[:, ::-1])


def test_without_strength_it_is_a_threshold(picture: NDArray[np.float64]) -> None:
    plain = dither(picture, "fixed-threshold")

    np.testing.assert_array_equal(dither(picture, "jjn", strength=0.0), plain)
    np.testing.assert_array_equal(dither(picture, "bayer", strength=0.0), plain)


def test_ties_decide_a_grey_of_one_half() -> None:
    half = np.full((1, 1), 0.5)

    assert dither(half, ties="up") == 1
    assert dither(half, ties="down") == 0


def test_linear_light_thins_white_and_keeps_black_and_white() -> None:
    stored = np.full((64, 64), 128 / 255)

    assert dither(stored).mean() == pytest.approx(0.502, abs=0.01)
    assert dither(stored, linear=True).mean() == pytest.approx(0.2159, abs=0.01)


def test_clamping_stops_the_smear_of_piled_up_error() -> None:
    picture = np.full((40, 40), 0.49)
    picture[20:] = 0.0

    smear = dither(picture, "simple-2d")[20:].sum()

    assert dither(picture, "simple-2d", clamp="read")[20:].sum() <= smear
    assert dither(picture, "simple-2d", clamp="write")[20:].sum() <= smear


def test_eight_bit_greys_are_diffused_in_whole_numbers() -> None:
    # 127 and its errors in sixteenths are exact: a tie is a tie, whatever the input's
    # precision is.
    narrow = np.full((64, 64), 127 / 255, dtype=np.float32)
    wide = np.full((64, 64), 127 / 255, dtype=np.float64)

    np.testing.assert_array_equal(dither(narrow), dither(wide))


@pytest.mark.parametrize("ties", ["up", "down"])
@pytest.mark.parametrize("levels", [3, 82, 256])
def test_black_stays_black_among_levels_that_whole_numbers_cannot_tell_apart(
    levels: int, ties: str
) -> None:
    # In linear light the darkest of 82 greys are all 0 of 255.
    options: dict[str, Any] = {"dtype": "int", "linear": True, "levels": levels}
    for plain in (0.0, 1.0):
        printed = dither(np.full((4, 5), plain), "fan", ties=ties, **options)
        np.testing.assert_array_equal(printed, plain)
