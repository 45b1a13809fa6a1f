"""Thresholds against their definitions, written out slowly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import dither
from digits_widget.dithering.threshold import local_moments, otsu_threshold


@pytest.fixture
def picture() -> NDArray[np.float64]:
    rng = np.random.default_rng(2)
    return np.where(rng.random((20, 23)) < 0.3, rng.random((20, 23)), 0.9)


def test_otsu_parts_the_classes_that_differ_most(picture: NDArray[np.float64]) -> None:
    greys = np.rint(picture * 255)

    def between(threshold: float) -> float:
        dark, light = greys[greys <= threshold], greys[greys > threshold]
        if not dark.size or not light.size:
            return 0.0
        return float(dark.size * light.size * (dark.mean() - light.mean()) ** 2)

    best = max(between(threshold) for threshold in range(256))

    assert between(otsu_threshold(picture) * 255) == pytest.approx(best)


def test_otsu_finds_the_middle_between_two_greys() -> None:
    assert otsu_threshold(np.array([[0.2, 0.8]])) == pytest.approx(0.5, abs=0.002)
    assert otsu_threshold(np.array([[0.3, 0.3]])) == 0.5


@pytest.mark.parametrize("window", [3, 7, 99])
def test_local_moments_are_those_of_the_window(
    window: int, picture: NDArray[np.float64]
) -> None:
    half = window // 2
    mean, deviation = local_moments(picture[None], window)
    for y, x in np.ndindex(picture.shape):
        near = picture[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1]
        assert mean[0, y, x] == pytest.approx(near.mean())
        assert deviation[0, y, x] == pytest.approx(near.std(), abs=1e-6)


def test_local_thresholds_are_those_of_the_papers(picture: NDArray[np.float64]) -> None:
    mean, deviation = (part[0] for part in local_moments(picture[None], 15))
    thresholds = {
        "sauvola": mean * (1 + 0.2 * (deviation / (128 / 255) - 1)),
        "niblack": mean - 0.2 * deviation,
        "adaptive-mean": mean * 0.85,
    }
    for name, threshold in thresholds.items():
        np.testing.assert_array_equal(dither(picture, name), picture > threshold)


def test_the_mean_is_the_threshold_of_its_picture() -> None:
    picture = np.array([[0.1, 0.2, 0.9]])

    assert dither(picture, "mean").tolist() == [[0, 0, 1]]
