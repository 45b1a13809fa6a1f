"""What each step is for, on pictures small enough to check by eye."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digits_widget.dithering import dither
from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import StepOrderError
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample
from digits_widget.steps import (
    Blur,
    Centre,
    Crop,
    Deskew,
    Dither,
    Extent,
    Fit,
    Flatten,
    MagickResize,
    Polarity,
    Resize,
    Thicken,
    Threshold,
    ToTensor,
    TwoGreys,
)
from digits_widget.steps.centre import centre_of_mass
from digits_widget.steps.deskew import lean
from digits_widget.steps.resampling import mitchell

Picture = np.ndarray[Any, np.dtype[np.float32]]


def block(top: int, left: int, rows: int, cols: int, side: int = 40) -> Picture:
    image = np.zeros((side, side), np.float32)
    image[top : top + rows, left : left + cols] = 1
    return image


def black_on_transparent() -> Picture:
    picture = np.zeros((40, 40, 4), np.float32)
    picture[..., 3] = block(10, 20, 8, 4)
    return picture


def test_flatten_lays_black_ink_over_white_paper() -> None:
    outcome = Flatten().run(black_on_transparent())
    np.testing.assert_allclose(outcome.image, 1 - block(10, 20, 8, 4))
    assert "white paper" in outcome.caption


def test_dropped_transparency_loses_the_digit_and_says_so() -> None:
    outcome = Flatten(alpha="drop").run(black_on_transparent())
    assert not outcome.image.any()
    assert "the digit was only in the transparency, and is lost" in outcome.caption


def test_flatten_weighs_colours_as_pillow_does() -> None:
    random = np.random.default_rng(0)
    stored = random.integers(0, 256, (30, 30, 3), dtype=np.uint8)
    grey = Flatten()(stored.astype(np.float32) / np.float32(255))
    pillow = np.asarray(Image.fromarray(stored).convert("L"))
    assert np.abs(grey * 255 - pillow).max() <= 0.51


@pytest.mark.parametrize("paper", [0.0, 0.5, 1.0])
def test_the_paper_behind_may_have_any_grey(paper: float) -> None:
    assert Flatten(background=paper)(black_on_transparent())[0, 0] == paper


@pytest.mark.parametrize("ink_is_dark", [True, False])
def test_the_border_decides_the_polarity(*, ink_is_dark: bool) -> None:
    ink = block(10, 20, 8, 4)
    outcome = Polarity().run(1 - ink if ink_is_dark else ink)
    np.testing.assert_array_equal(outcome.image, ink)
    assert outcome.decided["inverted"] is ink_is_dark
    assert ("inverted" if ink_is_dark else "kept") in outcome.caption


def test_polarity_can_be_told() -> None:
    ink = block(0, 0, 40, 30)
    assert Polarity(ink="dark")(ink).sum() == 400
    assert Polarity(ink="light")(ink).sum() == 1200


def test_crop_finds_the_box_of_the_ink() -> None:
    outcome = Crop().run(block(10, 20, 8, 4))
    assert outcome.image.shape == (8, 4)
    assert outcome.decided["box"] == (20, 10, 24, 18)
    assert "columns 20 to 23 and rows 10 to 17" in outcome.caption


def test_crop_passes_over_faint_specks_and_pads_as_far_as_there_is_room() -> None:
    image = block(1, 20, 8, 4)
    image[30, 30] = 0.1
    assert Crop()(image).shape == (8, 4)
    assert Crop(threshold=0.05)(image).shape == (30, 11)
    assert Crop(padding=3).run(image).decided["box"] == (17, 0, 27, 12)


@pytest.mark.parametrize("box", [18, 20, 28])
def test_fit_keeps_the_aspect(box: int) -> None:
    outcome = Fit(box=box).run(np.ones((100, 50), np.float32))
    assert outcome.image.shape == (box, box // 2)
    assert outcome.decided["scale"] == box / 100


def test_fit_by_nearest_neighbour_makes_no_new_greys() -> None:
    scaled = Fit(filter="nearest")(block(3, 3, 20, 20))
    assert set(np.unique(scaled)) <= {0, 1}


def test_mitchells_weights_are_those_of_the_cubic() -> None:
    weights = mitchell(4, 4)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    inner = np.array([1, 16, 1]) / 18
    np.testing.assert_allclose(weights[1, :3], inner, atol=1e-12)


def test_resize_stretches_what_is_not_square_and_says_so() -> None:
    outcome = Resize().run(np.ones((56, 28), np.float32))
    assert outcome.image.shape == (28, 28)
    assert "changes its proportions" in outcome.caption
    assert "proportions" not in Resize().run(np.ones((56, 56), np.float32)).caption


def test_centre_puts_the_centre_of_mass_on_14() -> None:
    image = np.zeros((20, 20), np.float32)
    image[:3] = 0.4
    image[3:, 6:9] = 1
    y, x = centre_of_mass(Centre()(image))
    assert max(abs(y - 14), abs(x - 14)) <= 0.5
    outcome = Centre(subpixel=True).run(image)
    assert centre_of_mass(outcome.image) == pytest.approx((14, 14), abs=1e-4)
    assert outcome.decided["to"] == pytest.approx((14, 14))


@pytest.mark.parametrize("subpixel", [False, True])
def test_centre_never_cuts_the_ink(*, subpixel: bool) -> None:
    image = np.full((20, 20), 0.02, np.float32)
    image[:, -2:] = 1
    field = Centre(subpixel=subpixel)(image)
    assert field.sum() == pytest.approx(float(image.sum()), rel=1e-5)


def test_centre_by_the_box_leaves_equal_margins() -> None:
    image = np.zeros((40, 40), np.float32)
    image[1:9, 2:6] = 1
    image[1, 2:6] = 0.2
    outcome = Centre(by="box").run(image)
    rows, cols = np.nonzero(outcome.image)
    assert (rows.min(), rows.max(), cols.min(), cols.max()) == (10, 17, 12, 15)


def test_centre_by_nothing_leaves_the_ink_where_it_was() -> None:
    image = block(2, 3, 8, 4, side=20)
    field = Centre(by="none")(image)
    np.testing.assert_array_equal(field[:20, :20], image)
    assert field.shape == (28, 28)


@pytest.mark.parametrize("by", ["mass", "box", "none"])
def test_centring_needs_a_field_larger_than_the_ink(by: str) -> None:
    with pytest.raises(StepOrderError, match="field larger than the ink: put Fit"):
        Centre(by=by)(np.ones((40, 40), np.float32))


def test_extent_cuts_the_middle_out() -> None:
    image = np.arange(37 * 28, dtype=np.float32).reshape(37, 28) / np.float32(2000)
    outcome = Extent().run(image)
    np.testing.assert_array_equal(outcome.image, image[4:32])
    assert outcome.decided["box"] == (0, 4, 28, 32)
    with pytest.raises(StepOrderError, match="that enlarges it"):
        Extent()(image[:20])


@pytest.mark.parametrize(("pixels", "width"), [(1, 6), (2, 8), (-1, 2), (0.5, 5)])
def test_thicken_adds_to_every_side(pixels: float, width: float) -> None:
    image = block(0, 10, 40, 4)
    assert Thicken(pixels=pixels)(image)[20].sum() == pytest.approx(width)


def test_thinning_a_picture_is_thickening_its_paper() -> None:
    image = PRESETS["mnist"](sample(3)).tensor
    np.testing.assert_allclose(
        Thicken(pixels=-0.7)(image), 1 - Thicken(pixels=0.7)(1 - image), atol=1e-6
    )


@pytest.mark.parametrize("digit", range(10))
def test_deskew_sets_the_ink_upright(digit: int) -> None:
    image = PRESETS["mnist"](sample(digit))["crop"].image
    sheared = Deskew(limit=45)(image)
    assert abs(lean(sheared)[1]) < abs(lean(image)[1]) / 4 + 0.01
    assert sheared.sum() == pytest.approx(float(image.sum()), rel=0.03)


def test_deskew_tells_the_side_and_stops_at_the_limit() -> None:
    slash = np.fliplr(np.eye(40, dtype=np.float32))
    outcome = Deskew(limit=20).run(slash)
    assert outcome.decided["angle"] == pytest.approx(-20)
    assert "leaned 20.0 degrees to the right" in outcome.caption
    assert "to the left" in Deskew().run(np.eye(40, dtype=np.float32)).caption


def test_blur_spreads_a_dot_into_a_bell_and_keeps_its_ink() -> None:
    dot = block(20, 20, 1, 1)
    soft = Blur(sigma=1)(dot)
    assert soft.sum() == pytest.approx(1, rel=1e-5)
    assert soft[20, 20] == pytest.approx(1 / (2 * np.pi), rel=0.02)
    np.testing.assert_allclose(soft, soft.T, atol=1e-7)
    np.testing.assert_allclose(Blur()(np.ones((9, 9), np.float32)), 1, atol=1e-6)


def test_threshold_takes_what_is_above() -> None:
    image = np.array([[0.2, 0.5, 0.6]], np.float32)
    assert Threshold()(image).tolist() == [[0, 0, 1]]
    assert "the digit is lost" in Threshold(at=0.9).run(image).caption


@pytest.mark.parametrize(
    "step",
    [Dither(), Dither("bayer", size=4), Dither("atkinson", like="makeworld")],
    ids=str,
)
def test_dither_is_that_of_the_catalogue(step: Dither) -> None:
    image = PRESETS["mnist"](sample(6)).tensor
    expected = dither(image, step.method, like=step.like, **step.options)
    np.testing.assert_array_equal(step(image), expected)
    assert step.method in step.run(image).caption


def test_many_dithered_at_once_are_the_same_one_by_one() -> None:
    images = [PRESETS["mnist"](sample(digit)).tensor for digit in range(10)]
    for step in (Dither(), Dither("bayer")):
        for one, of_many in zip(images, step.many(images), strict=True):
            np.testing.assert_array_equal(step(one), of_many)
    mixed = [images[0], images[1][:20]]
    assert [image.shape for image in Dither().many(mixed)] == [(28, 28), (20, 28)]


def test_two_greys_says_when_the_digit_is_gone() -> None:
    thin = Drawing(Stroke(s.points, width=3 / 280) for s in sample(0))
    small = PRESETS["seed-2020"](thin)["magick-resize"].image
    outcome = TwoGreys().run(small)
    assert len(outcome.decided["greys"]) == 1
    assert "all ink is lost" in outcome.caption
    cured = TwoGreys(palette="black-white").run(small)
    assert cured.decided["greys"] == (0, 255)
    assert set(np.unique(cured.image)) == {0, 1}


@pytest.mark.parametrize("shape", [(28, 28, 1), (1, 28, 28, 1), (784,)])
def test_the_tensor_takes_the_shape_of_the_model(shape: tuple[int, ...]) -> None:
    image = PRESETS["mnist"](sample(4)).tensor
    tensor = ToTensor(shape=shape)(image)
    assert tensor.shape == shape
    np.testing.assert_array_equal(tensor.ravel(), image.ravel())


def test_the_tensor_takes_the_numbers_of_the_model() -> None:
    image = PRESETS["mnist"](sample(4)).tensor
    stored = ToTensor(dtype="uint8", scale=255)(image)
    assert stored.dtype == np.uint8
    np.testing.assert_array_equal(stored, np.rint(image * np.float32(255)))
    np.testing.assert_array_equal(ToTensor(ink="low")(image), 1 - image)
    assert ToTensor(scale=255)(image).max() == pytest.approx(255 * image.max())


def test_the_tensor_needs_28x28_pixels() -> None:
    with pytest.raises(StepOrderError, match="Put Centre or Resize before ToTensor"):
        ToTensor()(np.zeros((20, 11), np.float32))


def test_magick_resize_adds_from_the_first_pixel_to_the_last() -> None:
    # Sums that end on a half are rounded by their last bit: the order is part of it.
    image = np.random.default_rng(0).random((40, 40)).astype(np.float32)
    deep = np.rint(image * np.float64(65535))
    weights = mitchell(40, 28)
    for _ in range(2):
        total = np.zeros((28, deep.shape[1]))
        for weight, row in zip(weights.T, deep, strict=True):
            total += np.outer(weight, row)
        deep = np.clip(np.floor(total + 0.5), 0, 65535).T
    made = MagickResize()(image)
    assert made.tobytes() == (deep / 65535).astype(np.float32).tobytes()


def test_magick_resize_rounds_halves_as_imagemagick_does() -> None:
    # In pictures of two greys many sums end on a half. The digest is that of the 16-bit
    # greys that ImageMagick 6.9.11-60 makes of this disc.
    y, x = np.indices((56, 56))
    disc = (y - 27) ** 2 + (x - 30) ** 2 < 400
    made = MagickResize()(disc.astype(np.float32))
    deep = np.rint(made * np.float64(65535)).astype("<u2")
    assert deep[17, 24] == 32767
    assert sha256(deep.tobytes()).hexdigest()[:16] == "ce8033414b905558"


@pytest.mark.parametrize("shape", [(28, 28), (28, 41), (30, 28, 4)])
def test_magick_resize_leaves_the_right_size_alone(shape: tuple[int, ...]) -> None:
    bytes_ = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    image = bytes_.astype(np.float32) / np.float32(255)
    outcome = MagickResize().run(image)
    np.testing.assert_array_equal(outcome.image, image)
    assert outcome.decided["filter"] == "none"
    assert "nothing was scaled" in outcome.caption
    assert MagickResize(filter="mitchell").run(image).decided["filter"] == "mitchell"


@pytest.mark.parametrize("by", ["mass", "box", "none"])
def test_where_there_is_no_ink_none_is_said_to_be_centred(by: str) -> None:
    outcome = Centre(by=by).run(np.zeros((20, 13), np.float32))
    assert not outcome.image.any()
    assert outcome.caption == "There is no ink to centre: an empty field of 28x28."
