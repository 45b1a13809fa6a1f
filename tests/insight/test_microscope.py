from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digits_widget.dithering import CATALOGUE, dither
from digits_widget.errors import OptionError
from digits_widget.insight.microscope import frames, stands_alone, thresholds
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample

IMAGE = PRESETS["mnist"](sample(3)).tensor
KERNELS = [name for name, method in CATALOGUE.items() if method.kernel]
ALONE = [name for name in CATALOGUE if stands_alone(name)]


@pytest.mark.parametrize("name", ["floyd-steinberg", "atkinson", "stevenson-arce"])
@pytest.mark.parametrize(
    "options",
    [{}, {"scan": "serpentine", "clamp": "read"}, {"strength": 0.5}, {"linear": True}],
    ids=str,
)
def test_the_books_are_kept_at_every_pixel(name: str, options: dict[str, Any]) -> None:
    found = frames(IMAGE, name, **options)
    for frame in found:
        accounted = frame.printed + frame.waiting + frame.dropped
        assert frame.taken == pytest.approx(accounted, abs=1e-6)
        step = frame.step
        passed = step.error if options.get("clamp") else step.value - step.printed
        assert step.error == pytest.approx(passed)
    last = found[-1].step.picture
    np.testing.assert_array_equal(last, dither(IMAGE, name, **options))


def test_empty_paper_is_passed_over() -> None:
    found = frames(IMAGE, "floyd-steinberg")
    assert 0 < len(found) < IMAGE.size
    first = found[0]
    assert first.grey == IMAGE[first.step.y, first.step.x] > 0
    assert not IMAGE[: first.step.y].any()


def test_what_is_carried_waits_at_pixels_to_come() -> None:
    frame = frames(IMAGE, "floyd-steinberg")[40]
    y, x = frame.step.y, frame.step.x
    assert not frame.carried[:y].any()
    assert not frame.carried[y, : x + 1].any()
    assert frame.carried[y : y + 2].any()


def test_other_methods_have_no_steps() -> None:
    with pytest.raises(OptionError, match="kernel"):
        frames(IMAGE, "bayer")


@pytest.mark.parametrize("name", ALONE)
def test_a_threshold_says_what_a_pixel_becomes(name: str) -> None:
    found = thresholds(name, (28, 28))
    assert found is not None
    grey = np.full((28, 28), 100 / 255, np.float32)
    np.testing.assert_array_equal(found < 100 / 255, dither(grey, name) > 0)


def test_options_count() -> None:
    found = thresholds("bayer", (4, 4), size=2)
    assert found is not None
    np.testing.assert_array_equal(found[:2], found[2:])
    three = thresholds("bayer", (4, 3), size=2)
    assert three is not None
    np.testing.assert_array_equal(three, found[:, :3])
    half = thresholds("fixed-threshold", (2, 2), threshold=0.25)
    assert half == pytest.approx(np.full((2, 2), 0.25), abs=1 / 256)


@pytest.mark.parametrize("name", [*KERNELS, "riemersma", "otsu", "sauvola"])
def test_a_pixel_that_looks_at_others_has_no_threshold(name: str) -> None:
    assert thresholds(name, (28, 28)) is None
