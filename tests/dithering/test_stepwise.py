"""The step-by-step view tells what `dither` does, and loses nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE, diffuse_stepwise, dither
from digits_widget.dithering.linear_light import to_linear
from digits_widget.errors import (
    ImageError,
    ImageTooLargeError,
    OptionError,
    UnknownMethodError,
)

KERNELS = [name for name, method in CATALOGUE.items() if method.kernel]

OPTIONS: list[dict[str, Any]] = [
    {},
    {"scan": "serpentine", "first": "rtl"},
    {"clamp": "read"},
    {"clamp": "write"},
    {"strength": 0.4},
    {"threshold": 0.2, "ties": "down"},
    {"levels": 4},
    {"levels": 3, "linear": True},
    {"dtype": "float32"},
    {"dtype": "int"},
    {"dtype": "int", "clamp": "write"},
]


@pytest.fixture
def picture() -> NDArray[np.float64]:
    return np.random.default_rng(5).integers(0, 256, size=(7, 8)) / 255


@pytest.mark.parametrize("name", KERNELS)
def test_after_the_last_step_it_is_the_dithered_picture(
    name: str, picture: NDArray[np.float64]
) -> None:
    *_, last = diffuse_stepwise(picture, name)

    np.testing.assert_array_equal(last.picture, dither(picture, name))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_no_error_is_lost_at_any_step(
    options: dict[str, Any],
    picture: NDArray[np.float64],
) -> None:
    start = to_linear(picture) if options.get("linear") else picture
    dropped = 0.0
    for step in diffuse_stepwise(picture, "burkes", **options):
        dropped += step.dropped
        left = step.picture.sum() + dropped
        # Single precision rounds; the rest is exact but for the last bits.
        within = 1e-4 if options.get("dtype") == "float32" else 1e-9
        assert left == pytest.approx(start.sum(), abs=within)

    if "linear" not in options:
        expected = dither(picture, "burkes", **options)
        np.testing.assert_allclose(step.picture, expected, atol=1e-7)


def test_a_step_tells_where_the_error_goes() -> None:
    first, second, *_ = diffuse_stepwise(np.full((2, 3), 0.25), "floyd-steinberg")

    assert (first.x, first.y, first.value, first.printed) == (0, 0, 0.25, 0)
    assert first.error == 0.25
    assert [(share.x, share.y) for share in first.shares] == [(1, 0), (0, 1), (1, 1)]
    assert first.shares[0].amount == pytest.approx(0.25 * 7 / 16)
    assert first.dropped == pytest.approx(0.25 * 3 / 16)
    assert second.value == pytest.approx(0.25 + 0.25 * 7 / 16)
    assert not first.picture.flags.writeable


def test_rows_from_right_to_left_begin_at_the_right() -> None:
    steps = list(diffuse_stepwise(np.zeros((2, 2)), scan="serpentine", first="rtl"))

    assert [(step.x, step.y) for step in steps] == [(1, 0), (0, 0), (0, 1), (1, 1)]


def test_what_cannot_be_stepped_through_is_refused_at_once() -> None:
    with pytest.raises(ImageError, match="expected one picture"):
        diffuse_stepwise(np.zeros((2, 3, 5)))
    with pytest.raises(ImageError, match="Make greys first"):
        diffuse_stepwise(np.zeros((60, 80, 3)))
    with pytest.raises(ImageTooLargeError, match="at most 10,000 in all"):
        diffuse_stepwise(np.broadcast_to(0.5, (1, 10**9)))
    with pytest.raises(OptionError, match="no fixed kernel"):
        diffuse_stepwise(np.zeros((3, 3)), "bayer")
    with pytest.raises(OptionError, match="Got the option size"):
        diffuse_stepwise(np.zeros((3, 3)), "burkes", size=3)
    with pytest.raises(UnknownMethodError):
        diffuse_stepwise(np.zeros((3, 3)), "burke-and-wills")
