"""The bundled training digits: MNIST's own, varied, and found by likeness."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from digits_widget.datasets import read_mnist
from digits_widget.datasets.training_digits import nearest, training_digits
from digits_widget.errors import OptionError
from tools.training_digits import choose, read


def test_sixty_of_each_digit_are_ink_on_nothing() -> None:
    images, labels = training_digits()
    assert images.shape == (600, 28, 28)
    assert images.dtype == np.float32
    assert np.bincount(labels).tolist() == [60] * 10
    assert images.min() == 0
    assert images.max() == 1
    # A white sheet would be mostly 1.
    assert images.mean(axis=(1, 2)).max() < 0.4
    assert len({image.tobytes() for image in images}) == 600


def test_they_are_shared_and_cannot_be_changed() -> None:
    images, labels = training_digits()
    assert training_digits()[0] is images
    for array in (images, labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.data
def test_each_is_of_mnists_training_set_under_its_own_label(data: Path) -> None:
    mnist = read_mnist(data / "mnist", "train")
    known = {
        image.tobytes(): label
        for image, label in zip(mnist.images, mnist.labels.tolist(), strict=True)
    }
    images, labels = training_digits()
    pixels = np.rint(255 * images).astype(np.uint8)
    assert [known.get(image.tobytes()) for image in pixels] == labels.tolist()


@pytest.mark.data
def test_the_nearest_of_all_is_mostly_of_the_right_class(data: Path) -> None:
    mnist = read_mnist(data / "mnist", "test").first(200)
    right = 0
    for pixels, label in zip(mnist.images, mnist.labels.tolist(), strict=True):
        image = pixels.astype(np.float32) / 255
        away = [
            np.linalg.norm(nearest(image, digit, count=1)[0] - image)
            for digit in range(10)
        ]
        right += int(np.argmin(away)) == label
    assert right > 0.75 * len(mnist)


def test_a_training_digit_is_nearest_to_itself_and_mostly_so_one_pixel_off() -> None:
    images, labels = training_digits()
    found_again = 0
    for image, label in zip(images, labels.tolist(), strict=True):
        assert nearest(image, label).shape == (3, 28, 28)
        np.testing.assert_array_equal(nearest(image, label)[0], image)
        moved = np.roll(image, 1, axis=1)
        found_again += bool((nearest(moved, label)[0] == image).all())
    # Without the blur, there are 556.
    assert found_again > 565


def test_between_two_digits_the_nearer_one_comes_first() -> None:
    images, labels = training_digits()
    one = images[labels == 9][0]
    _, other, *_ = nearest(one, 9)
    for share, order in ((0.6, [one, other]), (0.4, [other, one])):
        near = nearest(share * one + (1 - share) * other, 9, count=60)
        np.testing.assert_array_equal(near[:2], order)
        assert len({each.tobytes() for each in near}) == 60


@pytest.mark.parametrize("digit", [-1, 10, True])
def test_there_are_ten_classes(digit: int) -> None:
    with pytest.raises(OptionError, match="expected a digit from 0 to 9"):
        nearest(np.zeros((28, 28), np.float32), digit)


def test_the_choice_leaves_no_kind_out_and_is_always_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    # Sixty places of a spot; one place has half of all images.
    spots = np.zeros((60, 28, 28))
    for number, spot in enumerate(spots):
        spot[3 + 3 * (number // 8), 3 + 3 * (number % 8)] = 0.9
    places = np.concatenate([np.arange(60), np.arange(60), np.zeros(120, int)])
    many = spots[random.permutation(places)]
    many += 0.02 * (many > 0) * random.integers(-2, 3, many.shape)
    path = tmp_path / "0.json"
    path.write_text(json.dumps({"data": many.round(3).ravel().tolist()}))
    images = read(path)
    assert images.max() == round(255 * 0.94)
    chosen = choose(images)
    assert len({int(image.argmax()) for image in chosen}) == 60
    np.testing.assert_array_equal(choose(images), chosen)
