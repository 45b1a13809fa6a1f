"""Paper and ink are found in photographs of many kinds, and a digit is read in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from digits_widget.drawing import Drawing, Stroke
from digits_widget.pipeline import PRESETS
from digits_widget.raster import rasterize
from digits_widget.samples import sample
from digits_widget.steps import Crop, Flatten, Paper, Polarity
from digits_widget.steps.background import closing, over_square
from digits_widget.steps.components import components
from tests.photos import SCENES, photograph

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

MNIST = PRESETS["mnist"]
Picture = np.ndarray[Any, np.dtype[np.float32]]


def as_light(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> Picture:
    light: Picture = Flatten()(picture.astype(np.float32) / np.float32(255))
    return light


def thin(digit: int, width: int, side: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    strokes = [Stroke(one.points, width=width / side) for one in sample(digit)]
    ink = rasterize(Drawing(strokes), side=side)
    return np.asarray(255 - np.rint(255 * ink), np.uint8)


@pytest.mark.server
@pytest.mark.parametrize("name", SCENES)
def test_a_photographed_digit_is_read(name: str, model_server: EmbeddedServer) -> None:
    from digits_widget.serving import Client

    tensors = MNIST.batch(photograph(digit, SCENES[name]) for digit in range(10))
    with Client(model_server.target) as client:
        read = [answer.label for answer in client.predict(tensors)]
    assert read == list(range(10))


@pytest.mark.server
@pytest.mark.parametrize("side", [280, 600, 1200])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_thin_line_in_a_large_picture_is_read(
    width: int, side: int, model_server: EmbeddedServer
) -> None:
    from digits_widget.serving import Client

    tensors = MNIST.batch(thin(digit, width, side) for digit in range(10))
    with Client(model_server.target) as client:
        read = [answer.label for answer in client.predict(tensors)]
    assert read == list(range(10))


@pytest.mark.parametrize("name", SCENES)
def test_the_paper_becomes_plain_and_the_sentence_says_what_the_ink_was(
    name: str,
) -> None:
    light = as_light(photograph(5, SCENES[name]))
    outcome = Paper().run(light)
    ink = "light" if sum(SCENES[name].paper) < sum(SCENES[name].ink) else "dark"
    assert outcome.decided["ink"] == ink
    assert f"{ink} ink" in outcome.caption
    plain = 0 if ink == "light" else 1
    assert (outcome.image == plain).mean() > 0.8
    inked = Polarity()(outcome.image)
    kept = Crop()(inked)
    assert max(kept.shape) < 0.85 * max(light.shape)
    np.testing.assert_array_equal(Paper()(light), outcome.image)


@pytest.mark.parametrize("turned", [False, True], ids=["black on white", "chalk"])
@pytest.mark.parametrize("width", [1, 3, 40])
def test_a_clean_drawing_stays_as_it_is(width: int, *, turned: bool) -> None:
    light = thin(8, width, 280).astype(np.float32) / np.float32(255)
    light = 1 - light if turned else light
    outcome = Paper().run(light)
    assert outcome.image is light
    assert "so nothing changed" in outcome.caption


BLANK = ("pen", "dim and noisy", "chalk", "shadow", "ruled", "squared", "grey squares")


@pytest.mark.parametrize("scene", BLANK)
@pytest.mark.parametrize("side", [320, 480, 1500])
def test_a_blank_sheet_has_no_ink(scene: str, side: int) -> None:
    known = SCENES[scene]
    blank = replace(known, size=(side, side), ink=known.paper)
    if known.rules or known.squares:
        # What is drawn last lies over the lines: here there is nothing.
        blank = replace(blank, pen=0.1)
    outcome = Paper().run(as_light(photograph(3, blank)))
    assert outcome.decided["ink"] is None
    assert np.ptp(outcome.image) == 0
    assert "became paper" in outcome.caption


@pytest.mark.parametrize("grey", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_one_grey_is_paper(grey: float) -> None:
    outcome = Paper().run(np.full((40, 30), grey, np.float32))
    assert not Polarity()(outcome.image).any()
    assert "same grey" in outcome.caption


def test_specks_and_frames_go_unless_told_otherwise() -> None:
    light = as_light(photograph(1, SCENES["pen"]))
    clean = Crop()(Polarity()(Paper()(light))).shape
    light[20:26, 20:26] = 0
    light[:, :2] = 0
    assert Crop()(Polarity()(Paper()(light))).shape == clean
    kept = Crop()(Polarity()(Paper(specks=0)(light))).shape
    assert kept[0] > clean[0]


def test_what_the_ink_is_can_be_told() -> None:
    light = as_light(photograph(7, SCENES["pen"]))
    assert Paper(ink="dark").run(light).decided["ink"] == "dark"
    assert Paper(ink="light").run(light).decided["ink"] != "dark"


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (300, 1), (3, 900), (28, 28)])
def test_pictures_of_any_shape_go_through(shape: tuple[int, int]) -> None:
    light = np.random.default_rng(1).random(shape).astype(np.float32)
    assert Paper()(light).shape == shape


def test_the_closing_fills_lines_and_keeps_the_edges_of_shadows() -> None:
    light = np.ones((60, 60), np.float32)
    light[:, 30:] = 0.5
    drawn = light.copy()
    drawn[10:13, 5:55] = 0.1
    np.testing.assert_array_equal(closing(drawn, 7), light)


def test_the_greatest_of_a_square_is_what_a_plain_loop_finds() -> None:
    image = np.random.default_rng(2).random((9, 14)).astype(np.float32)
    padded = np.pad(image, 2, mode="edge")
    expected = [
        [padded[y : y + 5, x : x + 5].max() for x in range(14)] for y in range(9)
    ]
    np.testing.assert_array_equal(over_square(image, 5, np.maximum), expected)


@pytest.mark.parametrize("seed", range(5))
def test_components_are_those_that_a_flood_finds(seed: int) -> None:
    mask = np.random.default_rng(seed).random((20, 30)) > 0.6
    labels, count = components(mask)
    assert ((labels > 0) == mask).all()
    assert len(np.unique(labels[mask])) == count
    flooded = np.zeros_like(labels)
    for number, start in enumerate(zip(*np.nonzero(mask), strict=True), start=1):
        if not flooded[start]:
            flood(mask, flooded, (int(start[0]), int(start[1])), number)
    pairs = {(a, b) for a, b in zip(labels[mask], flooded[mask], strict=True)}
    assert len(pairs) == count == len({b for _, b in pairs})


def flood(mask: Any, flooded: Any, start: tuple[int, int], number: int) -> None:
    waiting = [start]
    while waiting:
        row, col = waiting.pop()
        inside = 0 <= row < mask.shape[0] and 0 <= col < mask.shape[1]
        if not inside or not mask[row, col] or flooded[row, col]:
            continue
        flooded[row, col] = number
        near = [(row + y, col + x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        waiting += near
