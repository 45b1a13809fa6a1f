"""Ostromoukhov's and Zhou-Fang's tables and rules."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.dithering import dither, ostromoukhov, zhou_fang
from digits_widget.dithering.variable import Shares


@pytest.mark.parametrize("shares", [ostromoukhov.SHARES, zhou_fang.SHARES])
def test_every_grey_shares_out_its_whole_error(
    shares: Shares,
) -> None:
    total = shares.parts.sum(axis=1) / shares.whole

    np.testing.assert_allclose(total, 1, atol=4e-6)
    np.testing.assert_array_equal(shares.parts, shares.parts[::-1])


def test_known_rows_of_ostromoukhovs_table() -> None:
    table = np.column_stack([ostromoukhov.SHARES.parts, ostromoukhov.SHARES.whole])
    for grey, row in {
        0: (13, 0, 5, 18),
        5: (47, 3, 28, 78),
        22: (3, 2, 1, 6),
        64: (1, 1, 0, 2),
        127: (4, 1, 1, 6),
        255: (13, 0, 5, 18),
    }.items():
        assert tuple(table[grey]) == row


def test_black_stays_black_in_a_grey_neighbourhood() -> None:
    picture = np.full((30, 30), 0.6)
    picture[::3, ::3] = 0

    assert not dither(picture, "ostromoukhov")[::3, ::3].any()


def test_the_threshold_trembles_by_the_seed() -> None:
    grey = np.full((1, 20, 20), 127 / 255)
    first = zhou_fang.thresholds_for(grey, seed=0)

    assert 128 <= first.min() < first.max() <= 255
    np.testing.assert_array_equal(first, zhou_fang.thresholds_for(grey, seed=0))
    assert (first != zhou_fang.thresholds_for(grey, seed=1)).any()
    assert (zhou_fang.thresholds_for(grey * 0) == 127).all()
