"""Imaginary hands draw the ten digits, each in its own way."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.datasets.synthetic_writers import SyntheticWriter, drawn_by
from digits_widget.errors import OptionError
from digits_widget.raster import rasterize
from digits_widget.samples import sample


def test_every_hand_draws_every_digit() -> None:
    known = drawn_by(3, seed=5)

    assert len(known.drawings) == len(known) == 30
    assert known.labels.tolist() == [*range(10)] * 3
    assert known.writers[9:11] == ("hand 1", "hand 2")
    assert all(rasterize(drawing).any() for drawing in known.drawings)


def test_a_seed_decides_the_drawings_and_nothing_else() -> None:
    first, again, other = (drawn_by(2, seed=seed) for seed in (1, 1, 2))

    assert first.drawings == again.drawings
    assert first.drawings != other.drawings


def test_more_hands_leave_the_first_ones_as_they_were() -> None:
    assert drawn_by(3).drawings[:10] == drawn_by(1).drawings


def test_a_hand_without_habits_only_moves_and_scales() -> None:
    writer = SyntheticWriter(0, 0, 1, np.zeros((4, 4, 2)), 0, 0.05, adds_signs=False)
    drawn = writer.write(7, np.random.default_rng(0)).strokes[0].points
    given = sample(7).strokes[0].points

    factors = np.ptp(drawn, axis=0) / np.ptp(given, axis=0)
    assert factors[0] == pytest.approx(factors[1])
    assert np.allclose((drawn - drawn[0]) / factors, given - given[0])


def test_some_hands_add_what_mnist_hardly_has() -> None:
    writer = SyntheticWriter(0, 0, 1, np.zeros((4, 4, 2)), 0, 0.05, adds_signs=True)
    added = {
        digit: len(writer.write(digit, np.random.default_rng(0))) - len(sample(digit))
        for digit in range(10)
    }

    assert [digit for digit, count in added.items() if count] == [0, 1, 7]


@pytest.mark.parametrize("count", [0, -1, 2.5, True, 10_001])
def test_another_number_of_hands_is_refused(count: int) -> None:
    with pytest.raises(OptionError, match="1 to 10,000"):
        drawn_by(count)
