"""How far dithered pictures are from their greys."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE, dither
from digits_widget.dithering.quality import EYE, MOST, quality
from digits_widget.dithering.specimen import digit, ramp

GREY = np.full((40, 40), 0.5)


def reference_ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Compute SSIM window by window, as the paper writes it."""
    rows, cols = one.shape
    y, x = np.indices(one.shape)
    found = []
    for row in range(rows):
        for col in range(cols):
            away = (y - row) ** 2 + (x - col) ** 2
            weights = np.exp(-away / (2 * EYE**2))
            weights /= weights.sum()
            a, b = (weights * one).sum(), (weights * other).sum()
            va = (weights * (one - a) ** 2).sum()
            vb = (weights * (other - b) ** 2).sum()
            both = (weights * (one - a) * (other - b)).sum()
            light = (2 * a * b + 1e-4) / (a**2 + b**2 + 1e-4)
            found.append(light * (2 * both + 9e-4) / (va + vb + 9e-4))
    return float(np.mean(found))


def blurred(picture: NDArray[np.floating]) -> NDArray[np.float64]:
    """Blur pixel by pixel, as the eye does."""
    y, x = np.indices(picture.shape)
    soft = np.empty(picture.shape)
    for row, col in np.ndindex(*picture.shape):
        weights = np.exp(-((y - row) ** 2 + (x - col) ** 2) / (2 * EYE**2))
        soft[row, col] = (weights * picture).sum() / weights.sum()
    return soft


def test_the_measures_are_those_of_the_papers() -> None:
    grey = digit()
    printed = dither(grey, "atkinson")
    (found,) = quality(grey, printed[None])
    seen, look = blurred(grey), blurred(printed)
    error = float(((seen - look) ** 2).mean())
    assert found.psnr == pytest.approx(10 * np.log10(1 / error))
    assert found.ssim == pytest.approx(reference_ssim(seen, look))
    assert found.tone == pytest.approx((printed.sum() - grey.sum()) / 784, abs=1e-6)


def test_the_same_picture_is_as_near_as_can_be() -> None:
    (found,) = quality(digit(), digit()[None])
    assert found.psnr == MOST
    assert found.ssim == pytest.approx(1)
    assert found.tone == 0


def test_black_for_white_is_as_far_as_can_be() -> None:
    (found,) = quality(np.zeros((5, 7)), np.ones((1, 5, 7)))
    assert found.psnr == pytest.approx(0)
    assert found.ssim == pytest.approx(0, abs=1e-3)
    assert found.tone == 1


def test_fine_dots_look_more_like_a_grey_than_coarse_ones() -> None:
    prints = [dither(GREY, name) for name in ("bayer", "h16x16o", "fixed-threshold")]
    fine, coarse, plain = quality(GREY, np.stack(prints))
    assert fine.psnr > coarse.psnr + 10 > plain.psnr + 10
    assert abs(fine.tone) < 0.01
    assert abs(plain.tone) == pytest.approx(0.5)


def test_more_noise_is_farther_by_both_measures() -> None:
    noise = np.random.default_rng(3).normal(size=(28, 112))
    loud = np.stack([ramp() + size * noise for size in (0.02, 0.1, 0.5)])
    found = quality(ramp(), loud.clip(0, 1))
    for measure in ("psnr", "ssim"):
        values = [getattr(each, measure) for each in found]
        assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (28, 28)], ids=str)
def test_every_method_has_numbers_in_range(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(5).random(shape)
    prints = np.stack([dither(grey, name) for name in CATALOGUE])
    for found in quality(grey, prints):
        assert -1 <= found.tone <= 1
        assert 0 <= found.psnr <= MOST
        assert -1 <= found.ssim <= 1 + 1e-12
