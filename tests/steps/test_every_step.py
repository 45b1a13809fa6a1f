"""What is true of every step of the live table."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from digits_widget.errors import (
    ImageError,
    OptionError,
    StepOrderError,
    UnknownMethodError,
)
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample
from digits_widget.steps import (
    FILTERS,
    STEPS,
    Blur,
    Centre,
    Crop,
    Deskew,
    Dither,
    ExplainedStep,
    Extent,
    Fit,
    Flatten,
    MagickResize,
    Polarity,
    Resize,
    Step,
    Thicken,
    Threshold,
    ToTensor,
    TwoGreys,
)

Picture = np.ndarray[Any, np.dtype[np.float32]]

SMALL: Picture = PRESETS["mnist"](sample(5)).tensor
GREY_ONLY = [kind for kind in STEPS if kind not in (Flatten, MagickResize)]


def test_names_and_titles_are_there_and_different() -> None:
    names = [kind.name for kind in STEPS]
    assert len(set(names)) == len({kind.title for kind in STEPS}) == len(STEPS)
    assert all(name == name.lower() and " " not in name for name in names)


@pytest.mark.parametrize("kind", STEPS, ids=lambda kind: kind.name)
def test_a_step_explains_itself_and_leaves_its_input_alone(kind: type[Any]) -> None:
    step, given = kind(), SMALL.copy()
    assert isinstance(kind(), ExplainedStep)
    outcome = step.run(given)
    assert outcome.caption.endswith(".")
    assert (
        outcome.caption[0].isupper() or outcome.caption[0].isdigit() or kind is Dither
    )
    np.testing.assert_array_equal(given, SMALL)
    np.testing.assert_array_equal(step(given), outcome.image)
    assert outcome.image.dtype == np.float32
    assert outcome.image.min() >= 0
    assert outcome.image.max() <= 1


@pytest.mark.parametrize("kind", STEPS, ids=lambda kind: kind.name)
def test_a_step_is_frozen_and_equal_to_its_like(kind: type[Any]) -> None:
    assert kind() == kind()
    assert hash(kind()) == hash(kind())
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind().name = "other"


@pytest.mark.parametrize("kind", STEPS, ids=lambda kind: kind.name)
def test_a_blank_picture_goes_through(kind: type[Any]) -> None:
    blank = np.zeros((28, 28), np.float32)
    made = kind(ink="light")(blank) if kind is Polarity else kind()(blank)
    assert not made.any()


@pytest.mark.parametrize("kind", STEPS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.full((28, 28), np.nan), "NaN"),
        (np.full((28, 28), 255.0), "Divide by 255"),
        (np.full((28, 28), -1.0), "expected 0 to 1"),
        (np.zeros((28, 28), np.uint8), "uint8"),
        (np.zeros(784), "shape"),
        (np.zeros((0, 28)), "shape"),
    ],
    ids=["nan", "bytes", "negative", "uint8", "flat", "empty"],
)
def test_what_is_no_image_is_refused(
    kind: type[Any], image: np.ndarray[Any, Any], reason: str
) -> None:
    with pytest.raises(ImageError, match=reason):
        kind()(image)


@pytest.mark.parametrize("kind", GREY_ONLY, ids=lambda kind: kind.name)
def test_colours_must_be_flattened_first(kind: type[Any]) -> None:
    with pytest.raises(StepOrderError, match="put Flatten before"):
        kind()(np.zeros((28, 28, 4), np.float32))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Blur, {"sigma": 0.0}),
        (Blur, {"sigma": float("nan")}),
        (Centre, {"target": -1}),
        (Centre, {"side": 0}),
        (Centre, {"subpixel": 1}),
        (Crop, {"threshold": 1.5}),
        (Crop, {"threshold": "dark"}),
        (Crop, {"padding": -1}),
        (Crop, {"padding": 1.5}),
        (Deskew, {"limit": 90}),
        (Dither, {"sharpness": 3}),
        (Dither, {"scan": "diagonal"}),
        (Extent, {"side": True}),
        (Fit, {"box": 29}),
        (Fit, {"box": "20"}),
        (Flatten, {"background": 255}),
        (MagickResize, {"side": 0}),
        (Resize, {"side": 0}),
        (Thicken, {"pixels": 9}),
        (Threshold, {"at": -0.1}),
        (ToTensor, {"scale": 2}),
        (ToTensor, {"shape": (28, 27)}),
        (ToTensor, {"dtype": "uint8"}),
    ],
)
def test_a_value_out_of_range_is_refused(
    kind: type[Any], options: dict[str, Any]
) -> None:
    with pytest.raises(OptionError, match="Got"):
        kind(**options)


@pytest.mark.parametrize(
    ("kind", "options", "nearest"),
    [
        (Centre, {"by": "masss"}, "mass"),
        (Dither, {"method": "atkinsen"}, "atkinson"),
        (Dither, {"like": "pilow"}, "pillow"),
        (Fit, {"filter": "lanczoz"}, "lanczos"),
        (Flatten, {"alpha": "dropp"}, "drop"),
        (MagickResize, {"filter": "mitchel"}, "mitchell"),
        (Polarity, {"ink": "drak"}, "dark"),
        (Resize, {"filter": "bicubik"}, "bicubic"),
        (ToTensor, {"dtype": "float3"}, "float32"),
        (ToTensor, {"ink": "hi"}, "high"),
        (TwoGreys, {"palette": "octre"}, "octree"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest(
    kind: type[Any], options: dict[str, Any], nearest: str
) -> None:
    with pytest.raises(UnknownMethodError, match=nearest):
        kind(**options)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 200)])
@pytest.mark.parametrize("name", FILTERS)
def test_thin_pictures_are_scaled_to_at_least_one_pixel(
    name: str, shape: tuple[int, int]
) -> None:
    scaled = Fit(filter=name)(np.ones(shape, np.float32))
    assert max(scaled.shape) == 20
    assert min(scaled.shape) >= 1
    np.testing.assert_allclose(scaled, 1, atol=1e-6)


@pytest.mark.parametrize(
    "step", [Fit(filter=name) for name in FILTERS], ids=lambda s: s.filter
)
def test_filters_keep_the_amount_of_ink(step: Step) -> None:
    image = PRESETS["mnist"](sample(0))["crop"].image
    assert step(image).mean() == pytest.approx(float(image.mean()), rel=0.08)
