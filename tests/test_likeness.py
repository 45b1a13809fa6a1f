"""Is this like the training data? Five gauges, each with a plain sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits_widget.datasets import read_mnist
from digits_widget.errors import ImageError
from digits_widget.likeness import likeness, skeleton, thickness
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.samples import samples
from digits_widget.steps import Centre, Crop, Fit, Thicken, Threshold, ToTensor

GAUGES = ["size", "centre", "thickness", "grey", "polarity"]
FRAMED = PRESETS["mnist"](samples()[2]).tensor


def test_the_default_makes_digits_like_those_of_mnist() -> None:
    readings = [likeness(PRESETS["mnist"](drawing).tensor) for drawing in samples()]
    assert [gauge.name for gauge in readings[0].gauges] == GAUGES
    for name in GAUGES:
        like = [reading[name].is_like for reading in readings]
        assert sum(like) >= 8, name


@pytest.mark.parametrize(
    ("name", "image", "words"),
    [
        ("size", np.pad(FRAMED[::2, ::2], 7), "Too small"),
        ("size", np.pad(FRAMED, 9)[5:-13, 5:-13] + np.eye(28) * 0.5, "Too large"),
        ("centre", np.roll(FRAMED, 3, axis=1), "off centre"),
        ("thickness", skeleton(FRAMED > 0.5).astype(np.float32), "Too thin"),
        ("thickness", Thicken(pixels=2)(FRAMED), "Too thick"),
        ("grey", Threshold()(FRAMED), "Too few"),
        ("grey", FRAMED * 0.9, "Too many"),
        ("polarity", 1 - FRAMED, "invert"),
    ],
)
def test_what_is_unlike_is_said_in_plain_words(
    name: str, image: np.ndarray[Any, np.dtype[np.float32]], words: str
) -> None:
    reading = likeness(np.clip(image, 0, 1))
    assert not reading[name].is_like
    assert not reading.is_like
    assert words in reading[name].sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("size", "Longest side 20 px. MNIST: 20 px."),
        ("centre", "Centre of mass 0.5 px off centre. MNIST: 0 to 0.6."),
        ("thickness", "Lines 2.1 px thick. MNIST: 1.8 to 4.7."),
        ("grey", "68% of the inked pixels are grey. MNIST: 40 to 79%."),
        ("polarity", "Median of the border 0. MNIST: 0."),
    ],
)
def test_a_gauge_tells_its_value_beside_those_of_mnist(
    name: str, sentence: str
) -> None:
    assert likeness(FRAMED)[name].sentence == sentence


@pytest.mark.parametrize(
    ("name", "number", "band"),
    [
        ("size", "20 px", ("20", "20")),
        ("centre", "0.5 px", ("0", "0.6")),
        ("thickness", "2.1 px", ("1.8", "4.7")),
        ("grey", "68%", ("40%", "79%")),
        ("polarity", "0", ("0", "0")),
    ],
)
def test_numbers_for_a_scale_are_short(
    name: str, number: str, band: tuple[str, str]
) -> None:
    gauge = likeness(FRAMED)[name]
    assert (gauge.number, gauge.band, gauge.cure) == (number, band, "")


def test_a_cure_is_what_to_do() -> None:
    shifted = likeness(np.roll(FRAMED, 3, axis=1))
    assert shifted["centre"].cure == "centre the digit by its mass"


def test_a_blank_picture_is_unlike_without_an_error() -> None:
    reading = likeness(np.zeros((28, 28), np.float32))
    assert not reading.is_like
    assert reading["size"].value == 0


def test_a_blot_is_not_thicker_than_the_picture() -> None:
    assert thickness(np.ones((28, 28), np.float32)) == 28


def test_a_skeleton_is_one_pixel_thin_and_in_one_piece() -> None:
    ink = np.zeros((28, 28), bool)
    ink[4:24, 10:15] = True
    thin = skeleton(ink)
    assert (thin & ~ink).sum() == 0
    assert thin[8:20].sum(axis=1).tolist() == [1] * 12


@pytest.mark.parametrize("width", [2, 3, 4])
def test_thickness_is_that_of_the_line(width: int) -> None:
    image = np.zeros((28, 28), np.float32)
    image[2:26, 10 : 10 + width] = 1
    assert thickness(image) == pytest.approx(width, rel=0.2)


@pytest.mark.parametrize(
    "image", [np.zeros((20, 28)), np.zeros((28, 28), int), np.full((28, 28), 2.0)]
)
def test_what_is_no_tensor_is_refused(image: np.ndarray[Any, Any]) -> None:
    with pytest.raises(ImageError, match="expected"):
        likeness(image)


@pytest.mark.data
@pytest.mark.skipif("DIGITS_DATA" not in os.environ, reason="DIGITS_DATA is not set")
def test_nine_of_ten_digits_of_mnist_lie_in_every_band() -> None:
    folder = Path(os.environ["DIGITS_DATA"]) / "mnist"
    digits = read_mnist(folder).images[:500].astype(np.float32) / 255
    readings = [likeness(digit) for digit in digits]
    for name in GAUGES:
        share = np.mean([reading[name].is_like for reading in readings])
        assert share > 0.85, name


def test_the_frame_decides_the_gauges() -> None:
    off = Pipeline((Crop(), Fit(box=14), Centre(by="none"), ToTensor()))
    reading = likeness(off(samples()[0]).tensor)
    assert not reading["size"].is_like
    assert not reading["centre"].is_like
