"""The fast engines of error diffusion agree with the reference loop bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE
from digits_widget.dithering.arithmetic import PLAIN, Arithmetic
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.diffusion import diffuse_with, scan_steps
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.many_at_once import diffuse_many_at_once
from digits_widget.dithering.reference import diffuse_pixel_by_pixel
from digits_widget.dithering.row_by_row import diffuse_row_by_row
from digits_widget.dithering.wavefront import wavefront

KERNELS = {name: method.kernel for name, method in CATALOGUE.items() if method.kernel}

WHOLE = Arithmetic(dtype="int64", table=np.arange(256))

ARITHMETICS = {
    "plain": PLAIN,
    "clamped when read": replace(PLAIN, clamp="read"),
    "clamped when written": replace(PLAIN, clamp="write"),
    "black at ties": replace(PLAIN, ties="down"),
    "half strength": replace(PLAIN, strength=0.5),
    "another threshold": replace(PLAIN, middle=80.0),
    "five greys": replace(PLAIN, greys=(0.0, 50.0, 128.0, 200.0, 255.0)),
    "single precision": replace(PLAIN, dtype="float32"),
    "kept apart": replace(PLAIN, apart=True),
    "divided first": replace(PLAIN, shares="part"),
    "from the original": replace(PLAIN, original=True),
    "rounded when read": replace(PLAIN, clamp="read", rounding="read"),
    "rounded when written": replace(PLAIN, clamp="write", rounding="write"),
    "whole shares": replace(WHOLE, clamp="write", rounding="share"),
    "whole sums": replace(WHOLE, apart=True, rounding="sum"),
    "whole sums, weaker": replace(WHOLE, apart=True, rounding="sum", strength=0.7),
}


def pictures(count: int, rows: int, cols: int) -> NDArray[np.float32]:
    """Return random pictures of 8-bit greys, of which some are plain or empty."""
    rng = np.random.default_rng(rows * cols)
    greys = rng.integers(0, 256, size=(count, rows, cols))
    greys[::3, : rows // 2] = 0
    greys[1::3] = 127
    return greys.astype(np.float32) / np.float32(255)


def slow(
    diffuser: Diffuser, images: NDArray[np.float32], steps: list[int]
) -> NDArray[np.uint8]:
    """Return the levels that the reference loop prints, (n, rows, cols)."""
    last = diffuser.arithmetic.start(images.transpose(1, 2, 0))
    return diffuse_pixel_by_pixel(diffuser, last, steps).transpose(2, 0, 1)


@pytest.mark.parametrize("arithmetic", ARITHMETICS)
@pytest.mark.parametrize("name", ["floyd-steinberg", "stevenson-arce"])
def test_every_arithmetic_is_the_same_on_every_path(name: str, arithmetic: str) -> None:
    diffuser = Diffuser(KERNELS[name], ARITHMETICS[arithmetic])
    _check(diffuser, pictures(3, 7, 9))


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_is_the_same_on_every_path(name: str) -> None:
    _check(Diffuser(KERNELS[name], PLAIN), pictures(3, 8, 11))


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 17), (3, 40), (90, 2), (70, 5)]
)
def test_every_shape_is_the_same_on_every_path(shape: tuple[int, int]) -> None:
    for kernel in KERNELS.values():
        _check(Diffuser(kernel, PLAIN), pictures(3, *shape))


@pytest.mark.parametrize("count", [1, 7, 600])
@pytest.mark.parametrize("scan", ["raster", "serpentine"])
@pytest.mark.parametrize("first", ["ltr", "rtl"])
def test_whatever_path_is_chosen_is_the_slow_one(
    count: int, scan: str, first: str
) -> None:
    diffuser = Diffuser(KERNELS["floyd-steinberg"], PLAIN)
    images = pictures(count, 6, 5)
    expected = slow(diffuser, images, scan_steps(6, scan=scan, first=first))

    printed = diffuse_with(diffuser, images, scan=scan, first=first)

    np.testing.assert_array_equal(printed, expected)


@pytest.mark.parametrize("arithmetic", ARITHMETICS)
@pytest.mark.parametrize("shape", [(80, 1), (1, 80), (90, 2), (150, 4)])
def test_whatever_the_shape_the_way_that_is_chosen_is_the_slow_one(
    shape: tuple[int, int], arithmetic: str
) -> None:
    for name, scan in (("jarvis-judice-ninke", "raster"), ("simple-1d", "serpentine")):
        diffuser = Diffuser(KERNELS[name], ARITHMETICS[arithmetic])
        images = pictures(1, *shape)
        steps = scan_steps(shape[0], scan=scan, first="rtl")
        expected = slow(diffuser, images, steps)

        printed = diffuse_with(diffuser, images, scan=scan, first="rtl")

        np.testing.assert_array_equal(printed, expected)


@pytest.mark.parametrize("scan", ["raster", "serpentine"])
def test_a_large_picture_is_the_slow_one(scan: str) -> None:
    diffuser = Diffuser(KERNELS["jarvis-judice-ninke"], PLAIN)
    images = pictures(1, 70, 65)
    expected = slow(diffuser, images, scan_steps(70, scan=scan, first="ltr"))

    printed = diffuse_with(diffuser, images, scan=scan, first="ltr")

    np.testing.assert_array_equal(printed, expected)


def test_every_kernel_stays_near_in_its_own_line() -> None:
    for kernel in KERNELS.values():
        assert max((dx for dx, _ in kernel.turned_down().ahead), default=0) <= 2
        assert max(dx for dx, _ in kernel.ahead) <= 2


def test_a_kernel_may_not_pay_pixels_already_printed() -> None:
    with pytest.raises(ValueError, match=r"the tap \(-1, 0\)"):
        Kernel(((-1, 0, 1),), 1)


def _check(diffuser: Diffuser, images: NDArray[np.float32]) -> None:
    rows = images.shape[1]
    last = diffuser.arithmetic.start(images.transpose(1, 2, 0))
    for scan in ("raster", "serpentine"):
        steps = scan_steps(rows, scan=scan, first="ltr")
        expected = slow(diffuser, images, steps)
        for image, levels in zip(images, expected, strict=True):
            alone = slow(diffuser, image[np.newaxis], steps)[0]
            np.testing.assert_array_equal(alone, levels)
        if scan == "raster":
            np.testing.assert_array_equal(
                wavefront(diffuser, last).transpose(2, 0, 1), expected
            )
        if diffuser.arithmetic.is_plain:
            printed = np.empty(images.shape, dtype=np.float32)
            diffuse_many_at_once(diffuser, images, steps, printed)
            np.testing.assert_array_equal(printed, expected)
            for image, levels in zip(images, expected, strict=True):
                pixels = diffuser.arithmetic.start(image)
                printed_alone = diffuse_row_by_row(diffuser, pixels, steps)
                np.testing.assert_array_equal(printed_alone, levels)
