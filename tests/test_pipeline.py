"""The pipeline: from a drawing or a picture to the tensor, every image kept."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import (
    EmptyDrawingError,
    ImageError,
    OptionError,
    StepOrderError,
    UnknownMethodError,
)
from digits_widget.picture import Source
from digits_widget.pipeline import PRESETS, Pipeline, find_preset
from digits_widget.samples import sample, samples
from digits_widget.steps import (
    Centre,
    Crop,
    Dither,
    Fit,
    Flatten,
    Polarity,
    Resize,
    Thicken,
    ToTensor,
)
from digits_widget.tile import tile_png
from digits_widget.trace import Trace

MNIST = PRESETS["mnist"]
THREE = sample(3)


def names(trace: Trace) -> list[str]:
    return [shot.name for shot in trace]


def on_paper(digit: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a drawing as a scan would be: black ink on white paper, in bytes."""
    ink = MNIST(sample(digit))["raster"].image
    paper: np.ndarray[Any, np.dtype[np.uint8]] = 255 - np.rint(ink * 255)
    return paper.astype(np.uint8)


def test_the_default_keeps_every_picture_and_ends_in_the_tensor() -> None:
    trace = MNIST(THREE)
    steps = ["raster", "crop", "fit", "strengthen", "centre", "tensor"]
    assert names(trace) == steps
    assert trace.tensor.shape == (28, 28)
    assert trace.tensor.dtype == np.float32
    assert trace.tensor is trace.snapshots[-1].image
    assert len(trace) == len(steps)
    assert not trace.is_blank


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_takes_every_sample(name: str) -> None:
    for drawing in samples():
        trace = PRESETS[name](drawing)
        assert trace.tensor.shape == (28, 28)
        assert 0.03 < trace.tensor.mean() < 0.25
        for shot in trace:
            assert not shot.image.flags.writeable
            assert not shot.shown.flags.writeable
            assert shot.caption.endswith(".")


def test_the_default_frames_as_mnists_authors_did() -> None:
    for drawing in samples():
        trace = MNIST(drawing)
        rows, cols = np.nonzero(trace.tensor > 0.1)
        assert max(np.ptp(rows), np.ptp(cols)) + 1 == 20
        assert trace["centre"].decided["to"] == pytest.approx((14, 14), abs=0.51)


def test_the_same_drawing_anywhere_gives_nearly_the_same_tensor() -> None:
    moved = Drawing(Stroke(s.points * 0.8 + 0.1, width=s.width * 0.8) for s in THREE)
    assert np.abs(MNIST(moved).tensor - MNIST(THREE).tensor).mean() < 0.02
    naive = PRESETS["naive"]
    assert np.abs(naive(moved).tensor - naive(THREE).tensor).mean() > 0.03


def test_an_empty_drawing_is_refused() -> None:
    with pytest.raises(EmptyDrawingError, match="Draw one first"):
        MNIST(Drawing())


def test_a_drawing_that_was_all_erased_is_refused() -> None:
    point = [(0.5, 0.5)]
    erased = Drawing([Stroke(point), Stroke(point, width=0.2, ink=False)])
    with pytest.raises(EmptyDrawingError):
        MNIST(erased)


def test_one_dot_still_gives_a_trace() -> None:
    trace = MNIST(Drawing.from_points([[(0.3, 0.3)]]))
    assert trace.tensor.max() > 0.99


@pytest.mark.parametrize("blank", [0, 255])
def test_a_blank_picture_gives_a_trace_that_says_so(blank: int) -> None:
    trace = MNIST(np.full((40, 40), blank, np.uint8))
    assert trace.is_blank
    assert "nothing was cropped" in trace["crop"].caption


def test_thin_ink_vanishes_in_the_recipe_of_2020_and_stays_in_the_cure() -> None:
    thin = Drawing(Stroke(s.points, width=3 / 280) for s in THREE)
    assert PRESETS["seed-2020"](thin).is_blank
    assert not PRESETS["seed-2020-fixed"](thin).is_blank


def test_a_picture_is_flattened_and_inverted_first() -> None:
    trace = MNIST(on_paper(3))
    assert names(trace)[:5] == ["picture", "flatten", "paper", "polarity", "crop"]
    np.testing.assert_allclose(trace.tensor, MNIST(THREE).tensor, atol=1e-6)


def test_until_polarity_is_decided_pictures_are_shown_as_they_are() -> None:
    trace = MNIST(on_paper(3))
    ink = trace["polarity"].image
    for name in ("picture", "flatten", "paper", "polarity"):
        np.testing.assert_allclose(trace[name].shown, ink, atol=1e-6)


def test_a_data_url_as_the_web_page_of_2020_sends_it() -> None:
    ink = MNIST(THREE)["raster"].image
    trace = MNIST(data_url(ink))
    assert "transparency" in trace["picture"].caption
    np.testing.assert_allclose(trace.tensor, MNIST(THREE).tensor, atol=1e-6)
    dropped = MNIST.replaced("flatten", Flatten(alpha="drop"))(data_url(ink))
    assert dropped.is_blank
    assert "is lost" in dropped["flatten"].caption


def data_url(ink: np.ndarray[Any, np.dtype[np.float32]]) -> str:

    picture = Image.new("RGBA", ink.shape[::-1], (0, 0, 0, 0))
    picture.putalpha(Image.fromarray(np.rint(ink * 255).astype(np.uint8)))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_an_array_of_ink_comes_through_as_it_is() -> None:
    raster = MNIST(THREE)["raster"].image
    np.testing.assert_array_equal(MNIST(raster).tensor, MNIST(THREE).tensor)


def test_the_given_array_stays_writeable_and_unchanged() -> None:
    given = on_paper(3).astype(np.float32) / 255
    kept = given.copy()
    MNIST(given)
    given[0, 0] = 0.5
    kept[0, 0] = 0.5
    np.testing.assert_array_equal(given, kept)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "three.png"
    path.write_bytes(tile_png(MNIST(THREE)["raster"].image, side=280))
    np.testing.assert_allclose(MNIST(path).tensor, MNIST(THREE).tensor, atol=1e-6)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ImageError, match="Divide by 255"):
        MNIST(np.full((28, 28), 255.0))


# Orders


def test_steps_can_be_skipped_repeated_and_reordered() -> None:
    steps = (
        Dither("atkinson"),
        Crop(padding=4),
        Crop(),
        Fit(),
        Dither(),
        Centre(),
        ToTensor(),
    )
    trace = Pipeline(steps)(THREE)
    expected = ["raster", "dither", "crop", "crop-2", "fit", "dither-2", "centre"]
    assert names(trace) == [*expected, "tensor"]
    assert trace["crop"].image.shape[0] == trace["crop-2"].image.shape[0] + 8


def test_without_a_step_it_is_skipped() -> None:
    without = MNIST.without("crop", "strengthen")
    assert names(without(THREE)) == ["raster", "fit", "centre", "tensor"]


def test_a_step_is_replaced_by_any_number_of_others() -> None:
    wider = MNIST.replaced("fit", Fit(box=24), Thicken())
    assert names(wider(THREE)) == [
        "raster",
        "crop",
        "fit",
        "thicken",
        "strengthen",
        "centre",
        "tensor",
    ]
    assert max(wider(THREE)["fit"].image.shape) == 24


@pytest.mark.parametrize("change", ["without", "replaced"])
def test_a_step_that_is_not_there_names_the_nearest(change: str) -> None:
    with pytest.raises(UnknownMethodError, match="Perhaps centre"):
        getattr(MNIST, change)("center")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((), "no steps"),
        ((Crop(), Fit(), Centre()), "Put ToTensor at the end"),
        ((ToTensor(), Resize()), "expected tensor once, as the last"),
        ((Resize(), ToTensor(), ToTensor()), "expected tensor once"),
    ],
)
def test_the_tensor_comes_last_and_once(steps: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(StepOrderError, match=reason):
        Pipeline(steps)


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((Centre(), Fit(), ToTensor()), "put Fit or Resize before Centre"),
        ((Crop(), Fit(), ToTensor()), "Put Centre or Resize before ToTensor"),
        ((Crop(), ToTensor()), "Put Centre or Resize before ToTensor"),
    ],
)
def test_an_order_that_makes_no_sense_explains_itself(
    steps: tuple[Any, ...], reason: str
) -> None:
    with pytest.raises(StepOrderError, match=reason):
        Pipeline(steps)(THREE)


def test_colours_have_to_be_flattened_first() -> None:
    colours = np.zeros((40, 40, 3), np.uint8)
    with pytest.raises(StepOrderError, match="put Flatten before"):
        Pipeline((Polarity(), Flatten(), Resize(), ToTensor()))(colours)


def test_any_function_from_image_to_image_is_a_step() -> None:
    def square(image: Any) -> Any:
        return image**2

    trace = Pipeline((Resize(), square, ToTensor()))(THREE)
    assert trace["square"].title == "square"
    np.testing.assert_array_equal(trace.tensor, trace["resize"].image ** 2)


def test_a_function_that_leaves_the_range_is_caught() -> None:
    def shout(image: Any) -> Any:
        return image * 255

    with pytest.raises(ImageError, match="Divide by 255"):
        Pipeline((Resize(), shout, ToTensor()))(THREE)


def test_an_unknown_preset_names_the_nearest() -> None:
    assert find_preset("naive") is PRESETS["naive"]
    with pytest.raises(UnknownMethodError, match="Perhaps mnist"):
        find_preset("mnits")


def test_an_unknown_step_of_a_trace_names_those_there_are() -> None:
    with pytest.raises(UnknownMethodError, match="raster, crop, fit"):
        MNIST(THREE)["blur"]


# Batches


@pytest.mark.parametrize("name", [*PRESETS, "dithered"])
def test_a_batch_is_its_drawings_and_pictures_one_by_one(name: str) -> None:
    dithered = MNIST.replaced("centre", Centre(), Dither("stucki"), Dither("bayer"))
    pipeline = PRESETS.get(name, dithered)
    sources: list[Drawing | Source] = [
        *samples(),
        *(on_paper(digit) for digit in range(4)),
        data_url_of(5),
    ]
    tensors = pipeline.batch(sources)
    assert tensors.shape == (15, 28, 28)
    assert tensors.dtype == np.float32
    for source, tensor in zip(sources, tensors, strict=True):
        assert pipeline(source).tensor.tobytes() == tensor.tobytes()


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.999, 1.0])
def test_a_batch_of_faint_wiped_and_crowded_drawings_is_them_one_by_one(
    threshold: float,
) -> None:
    hair = Stroke([(0.2, 0.2), (0.7, 0.63)], width=0.0021)
    bar = Stroke([(0.1, 0.5), (0.9, 0.5)], width=0.2)
    wiper = Stroke([(0.5, 0.1), (0.5, 0.9)], width=0.3, ink=False)
    edge = Stroke([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)], width=0.1)
    drawings = [Drawing([hair]), Drawing([bar, wiper]), Drawing([edge]), THREE]
    pipeline = MNIST.replaced("crop", Crop(threshold=threshold))
    for drawing, tensor in zip(drawings, pipeline.batch(drawings), strict=True):
        assert pipeline(drawing).tensor.tobytes() == tensor.tobytes()


def data_url_of(digit: int) -> str:
    return data_url(MNIST(sample(digit))["raster"].image)


def test_an_array_of_pictures_is_a_batch() -> None:
    stack = np.stack([on_paper(digit) for digit in range(3)])
    tensors = MNIST.batch(stack)
    np.testing.assert_allclose(tensors[2], MNIST(sample(2)).tensor, atol=1e-6)


def test_a_batch_has_the_form_that_the_last_step_gives() -> None:
    last = ToTensor(dtype="uint8", scale=255, shape=(28, 28, 1))
    pipeline = MNIST.replaced("tensor", last)
    for count in (0, 3):
        tensors = pipeline.batch(samples()[:count])
        assert tensors.shape == (count, 28, 28, 1)
        assert tensors.dtype == np.uint8


def test_a_long_batch_goes_in_chunks() -> None:
    tensors = PRESETS["naive"].batch(samples() * 30)
    np.testing.assert_array_equal(tensors[290:], tensors[:10])


@pytest.mark.parametrize("one", [THREE, "three.png", b"png", on_paper(3), 5])
def test_one_where_many_are_wanted_says_so(one: Any) -> None:
    with pytest.raises(ImageError, match=r"expected many .* Put it in a list"):
        MNIST.batch(one)


@pytest.mark.parametrize("channels", [3, 4])
def test_one_picture_in_colours_where_many_are_wanted_says_so(channels: int) -> None:
    picture = np.ones((60, 80, channels), np.float32)

    with pytest.raises(ImageError, match=r"one picture in colours.* Put it in a list"):
        MNIST.batch(picture)


@pytest.mark.parametrize("width", [3, 4])
def test_thin_ink_is_no_colour_picture_to_a_dither(width: int) -> None:
    picture = np.ones((50, 50), np.float32)
    picture[10:40, 20 : 20 + width] = np.linspace(0, 0.6, 30)[:, None]
    steps = (Flatten(), Polarity(), Crop(), Dither(), Fit(), Centre(), ToTensor())
    pipeline = Pipeline(steps)

    tensors = pipeline.batch([picture, picture])

    np.testing.assert_array_equal(tensors[1], pipeline(picture).tensor)


@pytest.mark.parametrize("step", [Crop, "crop", 3, None])
def test_what_is_no_step_says_so(step: Any) -> None:
    with pytest.raises(OptionError, match=r"such as Crop\(\) with its parentheses"):
        Pipeline((step, ToTensor()))


def test_a_step_of_ones_own_that_gives_nothing_is_named() -> None:
    def forgets(image: Any) -> Any:
        image + 1

    with pytest.raises(ImageError, match="The step forgets did not return a picture"):
        Pipeline((forgets, Resize(), ToTensor()))(THREE)


def test_a_fault_in_a_batch_says_where() -> None:
    with pytest.raises(EmptyDrawingError, match="In number 1 of the batch"):
        MNIST.batch([THREE, Drawing()])


# The article's ImageMagick command


@pytest.mark.data
@pytest.mark.skipif("DIGITS_DATA" not in os.environ, reason="DIGITS_DATA is not set")
def test_the_recipe_of_2020_is_reproduced_to_the_last_bit() -> None:
    path = Path(os.environ["DIGITS_DATA"]) / "seed-recipe" / "golden.npz"
    with np.load(path) as golden:
        kinds, bits = golden["kind"], golden["bits"]
        masks = [golden[f"mask/{i:03d}"] for i in range(len(bits))]
    pictures = [as_kind(str(k), m) for k, m in zip(kinds, masks, strict=True)]
    np.testing.assert_array_equal(PRESETS["seed-2020"].batch(pictures), bits)


def as_kind(
    kind: str, mask: np.ndarray[Any, np.dtype[np.uint8]]
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    white, full = np.uint8(255) - mask, np.full_like(mask, 255)
    planes = {
        "transparent": (0 * mask, 0 * mask, 0 * mask, mask),
        "white_rgba": (white, white, white, full),
        "white_rgb": (white, white, white),
        "white_l": (white,),
    }
    return np.stack(planes[kind], axis=2)
