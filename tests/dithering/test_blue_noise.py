"""Void-and-cluster: evenly spread at every rank, and the same on every machine."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.dithering import dither
from digits_widget.dithering.blue_noise import blue_noise_map, void_and_cluster


@pytest.mark.parametrize("size", [16, 32, 64])
def test_the_shipped_maps_are_what_the_generator_makes(size: int) -> None:
    np.testing.assert_array_equal(blue_noise_map(size).ranks, void_and_cluster(size))


@pytest.mark.parametrize("seed", [0, 1])
def test_low_frequencies_are_missing(seed: int) -> None:
    size = 32
    ranks = void_and_cluster(size, seed=seed)
    assert sorted(ranks.ravel()) == list(range(size * size))

    power = np.abs(np.fft.fft2(ranks - ranks.mean())) ** 2
    along = np.fft.fftfreq(size) * size
    frequency = np.hypot(along, along[:, None])
    low = power[(frequency < size / 8) & (frequency > 0)].mean()

    assert low < 0.02 * power[frequency > size / 4].mean()


def test_another_seed_gives_another_map() -> None:
    grey = np.full((16, 16), 0.3)

    first = dither(grey, "blue-noise", size=16)
    second = dither(grey, "blue-noise", size=16, seed=1)

    assert (first != second).any()
    assert first.sum() == second.sum()
