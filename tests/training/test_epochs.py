"""The pictures that version 2 learns from: seeded, of every kind, and digits still."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.dithering import CATALOGUE
from digits_widget.samples import sample, samples
from digits_widget.training.epochs import NO_DIGIT, Sources, make_epoch
from digits_widget.training.noise_augmentation import TURNS, add_noise
from digits_widget.training.regional import add_regional
from digits_widget.training.stroke_augmentation import (
    draw_framed,
    draw_on_canvas,
    normalise,
    vary,
)

STROKES = tuple(normalise(drawing) for drawing in samples())
MNIST = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
SOURCES = Sources(MNIST, np.arange(5), STROKES, np.arange(10))


def test_seed_and_number_decide_a_pass() -> None:
    first = make_epoch(SOURCES, 0, seed=1, pictures=100)
    again = make_epoch(SOURCES, 0, seed=1, pictures=100)
    other = make_epoch(SOURCES, 1, seed=1, pictures=100)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


def test_pass_has_its_share_of_every_kind() -> None:
    images, labels = make_epoch(SOURCES, 0, seed=1, pictures=200)
    assert images.shape == (200, 28, 28)
    assert images.dtype == np.uint8
    assert (labels == NO_DIGIT).sum() == 12
    assert set(labels.tolist()) == {NO_DIGIT, *range(10)}


def test_stroke_is_normalised_to_size_one_around_the_middle() -> None:
    points = np.concatenate(STROKES[4])
    assert np.ptp(points, axis=0).max() == pytest.approx(1, abs=0.05)
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    np.testing.assert_allclose(middle, 0, atol=0.05)


def test_varied_stroke_keeps_its_points_and_its_shape() -> None:
    random = np.random.default_rng(3)
    for before, after in zip(STROKES[5], vary(STROKES[5], random), strict=True):
        assert before.shape == after.shape
        assert abs(before - after).max() < 0.6


@pytest.mark.parametrize("draw", [draw_framed, draw_on_canvas])
def test_drawn_digit_has_ink_and_paper(draw: object) -> None:
    assert callable(draw)
    random = np.random.default_rng(4)
    for strokes in STROKES:
        image = draw(strokes, random)
        assert image.shape == (28, 28)
        assert 0.02 < image.mean() / 255 < 0.5


def test_framed_digit_lies_in_the_middle() -> None:
    random = np.random.default_rng(5)
    places = np.arange(28)
    for _ in range(20):
        image = draw_framed(STROKES[3], random).astype(float)
        x = (image.sum(axis=0) * places).sum() / image.sum()
        assert abs(x - 14) < 4


def test_some_ones_get_a_flag_and_other_digits_never() -> None:
    random = np.random.default_rng(6)
    one, three = normalise(sample(1)), normalise(sample(3))
    lengths = {len(add_regional(one, 1, random)[0]) for _ in range(40)}
    assert len(lengths) == 2
    assert all(add_regional(three, 3, random) is three for _ in range(20))


def test_some_sevens_get_a_bar_and_zeros_a_slash() -> None:
    random = np.random.default_rng(7)
    for digit in (7, 0):
        strokes = normalise(sample(digit))
        parts = {len(add_regional(strokes, digit, random)) for _ in range(60)}
        assert parts == {1, 2}


def test_worn_pictures_stay_pictures_and_the_given_ones_are_left() -> None:
    images = np.stack([draw_framed(s, np.random.default_rng(8)) for s in STROKES] * 300)
    before = images.copy()
    worn = add_noise(images, np.random.default_rng(9))
    assert worn.shape == images.shape
    np.testing.assert_array_equal(images, before)
    assert (worn != images).any()
    assert (worn.reshape(len(worn), -1).max(axis=1) > 0).mean() > 0.95


def test_every_method_that_is_taken_more_often_is_in_the_catalogue() -> None:
    assert set(TURNS) <= set(CATALOGUE)
