from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE
from digits_widget.drawing import Drawing
from digits_widget.insight.contact_sheet import NONE, arranged, contact_sheet, tiles
from digits_widget.insight.dither_place import (
    Place,
    find_dither,
    split,
    undithered,
    with_dither,
)
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.steps import Dither, Threshold, ToTensor
from digits_widget.trace import Trace

PLACES: tuple[Place, ...] = ("framed", "large")
MNIST = PRESETS["mnist"]


def sure_of(label: int, confidence: float = 0.91) -> Prediction:
    confidences = np.full(10, (1 - confidence) / 9)
    confidences[label] = confidence
    return Prediction(confidences)


def names(pipeline: Pipeline) -> list[str]:
    return [str(getattr(step, "name", "")) for step in pipeline.steps]


def test_framed_is_just_before_the_tensor_and_large_before_the_scaling() -> None:
    framed = with_dither(MNIST, Dither("bayer"), "framed")
    assert names(framed)[-2:] == ["dither", "tensor"]
    large = with_dither(MNIST, Dither("bayer"), "large")
    assert names(large)[-5:] == ["dither", "fit", "strengthen", "centre", "tensor"]


@pytest.mark.parametrize("name", sorted(PRESETS))
@pytest.mark.parametrize("place", PLACES)
def test_what_is_put_in_is_found_replaced_and_taken_out(
    name: str, place: Place
) -> None:
    plain = PRESETS[name]
    assert find_dither(plain) is None
    assert undithered(plain) is plain
    once = with_dither(plain, Dither("otsu"), place)
    assert find_dither(once) == (Dither("otsu"), place)
    twice = with_dither(once, Dither("bayer", size=4), place)
    assert find_dither(twice) == (Dither("bayer", size=4), place)
    assert undithered(twice) == plain


def test_without_a_scaling_both_places_are_before_the_tensor() -> None:
    steps = (Threshold(), ToTensor())
    assert split(steps, "large") == split(steps, "framed") == (steps[:1], steps[1:])


@pytest.mark.parametrize(
    ("preset", "place"),
    [
        *((preset, "framed") for preset in sorted(PRESETS)),
        ("mnist", "large"),
        ("seed-2020", "large"),
    ],
)
def test_every_picture_is_the_tensor_that_its_own_pipeline_gives(
    preset: str, place: Place
) -> None:
    pipeline = PRESETS[preset]
    sheet = contact_sheet(pipeline, sample(3), place=place)
    assert sheet.names == (NONE, *CATALOGUE)
    np.testing.assert_array_equal(sheet.tensors[0], pipeline(sample(3)).tensor)
    for name in ("floyd-steinberg", "bayer", "riemersma", "otsu"):
        alone = with_dither(pipeline, Dither(name), place)(sample(3)).tensor
        found = sheet.tensors[sheet.names.index(name)]
        np.testing.assert_array_equal(found, alone)


def test_the_chosen_method_has_its_options_and_no_other() -> None:
    plain = contact_sheet(MNIST, sample(5))
    chosen = contact_sheet(MNIST, sample(5), chosen=Dither("bayer", size=2))
    changed = (plain.tensors != chosen.tensors).any(axis=(1, 2))
    assert [plain.names[i] for i in np.flatnonzero(changed)] == ["bayer"]


def test_the_pipelines_own_dither_is_left_out() -> None:
    dithered = with_dither(MNIST, Dither("bayer"), "framed")
    one, other = contact_sheet(MNIST, sample(5)), contact_sheet(dithered, sample(5))
    np.testing.assert_array_equal(one.tensors, other.tensors)


def test_before_the_scaling_greys_come_back() -> None:
    framed = contact_sheet(MNIST, sample(8))
    large = contact_sheet(MNIST, sample(8), place="large")
    which = framed.names.index("floyd-steinberg")
    assert np.unique(framed.shown[which]).size == 2
    assert np.unique(large.shown[which]).size > 20


def test_two_values_have_nothing_to_dither() -> None:
    assert contact_sheet(MNIST, sample(3)).is_grey
    assert not contact_sheet(PRESETS["seed-2020"], sample(3)).is_grey


def test_a_function_has_its_tensor_dithered() -> None:
    def prepare(drawing: Drawing) -> Trace:
        return MNIST(drawing)

    one = contact_sheet(prepare, sample(3), place="large")
    np.testing.assert_array_equal(one.tensors, contact_sheet(MNIST, sample(3)).tensors)


def test_bytes_are_sent_as_bytes_and_shown_as_shares() -> None:
    bytes_ = replace(
        MNIST, steps=(*MNIST.steps[:-1], ToTensor(scale=255, dtype="uint8"))
    )
    sheet = contact_sheet(bytes_, sample(3))
    assert sheet.tensors.dtype == np.uint8
    assert sheet.shown.max() == 1
    np.testing.assert_array_equal(sheet.tensors[5], sheet.shown[5] * 255)


def test_plain_functions_may_be_steps() -> None:
    def lighter(image: NDArray[np.float32]) -> NDArray[np.float32]:
        return image * np.float32(0.5)

    pipeline = Pipeline((*MNIST.steps[:-1], lighter, ToTensor()))
    sheet = contact_sheet(pipeline, sample(3), place="large")
    np.testing.assert_array_equal(sheet.tensors[0], pipeline(sample(3)).tensor)


def test_a_tile_tells_label_ink_family_and_whether_it_agrees() -> None:
    sheet = contact_sheet(MNIST, sample(3))
    answers = [sure_of(3)] * 10 + [sure_of(8)] * (len(sheet.names) - 10)
    found = tiles(sheet, answers)
    assert [tile.agrees for tile in found[8:12]] == [True, True, False, False]
    assert found[0].family == ""
    assert found[1].family == "error diffusion"
    assert found[1].ink == pytest.approx(sheet.shown[1].mean())


def test_a_picture_without_ink_is_not_asked_about() -> None:
    sheet = contact_sheet(MNIST, sample(3), chosen=Dither("otsu"))
    shown = sheet.shown.copy()
    shown[5] = 0
    sheet = replace(sheet, shown=shown)
    assert len(sheet.questions) == len(sheet.names) - 1
    found = tiles(sheet, [sure_of(3)] * len(sheet.questions))
    assert found[5].prediction is None
    assert not found[5].agrees
    assert found[0].agrees
    assert arranged(found, "confidence")[-1] is found[5]


def test_orders_are_stable_and_begin_without_dithering() -> None:
    sheet = contact_sheet(MNIST, sample(3))
    half = len(sheet.names) // 2
    answers = [sure_of(3, 0.8)] * half + [sure_of(3)] * (len(sheet.names) - half)
    found = tiles(sheet, answers)
    assert arranged(found, "family") == found
    by_confidence = [tile.name for tile in arranged(found, "confidence")]
    assert by_confidence == [NONE, *sheet.names[half:], *sheet.names[1:half]]
    inks = [tile.ink for tile in arranged(found, "ink")[1:]]
    assert inks == sorted(inks)


@pytest.mark.parametrize("place", ["framed", "large"])
def test_a_sheet_counts_the_methods_that_change_its_tensor(place: Place) -> None:
    sheet = contact_sheet(MNIST, sample(8), place=place)
    plain, *others = sheet.tensors
    wanted = sum(bool(np.abs(each - plain).max() >= 0.1) for each in others)
    assert sheet.changed == wanted
    # Scaling averages nearly all of the dots away.
    assert (wanted > 60) == (place == "framed")
    assert (wanted < 5) == (place == "large")
