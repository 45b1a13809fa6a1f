from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digits_widget.dithering import CATALOGUE, own_method
from digits_widget.dithering.quality import quality
from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.insight.contact_sheet import NONE, contact_sheet
from digits_widget.insight.dither_place import find_dither, with_dither
from digits_widget.insight.microscope import frames
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from digits_widget.steps import Dither
from digits_widget.stroke import Stroke
from digits_widget.trace import Trace
from digits_widget.widget import DigitsWidget
from digits_widget.widget.panels.dithering.diffusion_gif import diffusion_gif
from tests.widget.conftest import Held, Look
from tests.widget.panel_driver import PanelDriver

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

MNIST = PRESETS["mnist"]
NAIVE = PRESETS["naive"]
DOT = Drawing.from_points([[(0.5, 0.5)]])


class Model:
    """Says 3 where there is much ink, else 8; fails when told to."""

    def __init__(self) -> None:
        self.fails = False

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        if self.fails:
            msg = "no more"
            raise RuntimeError(msg)
        confidences = np.full(10, 0.01)
        confidences[3 if image.mean() > 0.1 else 8] = 0.91
        return Prediction(confidences)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def widget(model: Model) -> Iterator[DigitsWidget]:
    widget = DigitsWidget(predict=model)
    yield widget
    widget.close()


@pytest.fixture
def panel(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the panel, in a cell of its own, on the screen."""
    return look(widget.dithering)


def used(widget: DigitsWidget) -> Dither | None:
    """Return the dither in the widget's pipeline."""
    pipeline = widget.pipeline
    assert isinstance(pipeline, Pipeline)
    found = find_dither(pipeline)
    return found[0] if found else None


def picked(panel: PanelDriver) -> str:
    """Return which method is picked, the same on the tiles and in the menu."""
    tile = panel.value("No dithering")
    assert tile == panel.value("Use")
    return str(tile)


def options(panel: PanelDriver) -> list[str]:
    """Return the names of the options beside the method that is picked."""
    return [label for label in panel.part("Use").labels if label != "Use"]


def sheet_of(panel: PanelDriver) -> dict[str, str]:
    """Return what stands on each tile, once nothing is at work any more."""
    panel.settle()
    return panel.captions()


def drawn_again(drawing: Drawing, *, scale: float = 1, width: float) -> Drawing:
    """Return a drawing in the top left corner, with another pen."""
    return Drawing(
        tuple(
            Stroke(scale * stroke.points, stroke.times, width=width)
            for stroke in drawing
        )
    )


THIN = drawn_again(sample(8), width=0.02)
"""An 8 that some ditherings take apart."""

SMALL = drawn_again(sample(5), scale=0.4, width=0.03)
"""A 5 in the corner, which framing would make large."""


def reading(
    model: Client | Model, pipeline: Pipeline, drawing: Drawing
) -> dict[str, int]:
    """Return which digit a model reads in each tile, asked without a widget."""
    sheet = contact_sheet(pipeline, drawing)
    names = [
        name
        for name, shown in zip(sheet.names, sheet.shown, strict=True)
        if shown.any()
    ]
    if isinstance(model, Client):
        answers: list[Prediction] = model.predict(sheet.questions)
    else:
        answers = [model(image) for image in sheet.questions]
    return {name: answer.label for name, answer in zip(names, answers, strict=True)}


def read(panel: PanelDriver) -> dict[str, int]:
    """Return the digit on each tile that has one."""
    said = sheet_of(panel)
    found = {name: re.search(r"(\d) ·", words) for name, words in said.items()}
    return {name: int(match[1]) for name, match in found.items() if match}


def agreeing(labels: dict[str, int]) -> int:
    """Return how many methods leave the digit as it is without dithering."""
    return sum(labels[NONE] == label for label in labels.values()) - 1


def test_all_methods_are_asked_about_in_one_call(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    said = sheet_of(panel)
    assert batches == [len(CATALOGUE) + 1]
    assert next(iter(said)) == NONE
    assert sorted(said) == sorted([NONE, *CATALOGUE])
    assert said["floyd-steinberg"].endswith("· 91 %")
    in_one = r"Without dithering 8, sure; .* 8 has .* at worst, .* at best\."
    assert re.fullmatch(in_one, panel.sentence())
    assert not panel.dimmed()


def test_a_tile_that_is_apart_is_marked_by_shape_and_colour(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    said = sheet_of(panel)
    apart = [name for name, words in said.items() if words.startswith("▲")]
    assert 0 < len(apart) < len(CATALOGUE)
    # What changes the answer comes first, after the one without dithering.
    assert list(said)[1 : len(apart) + 1] == apart
    assert panel.accented() == apart
    assert f"▲ {len(apart)} do not" in panel.sentence()


def test_a_picked_tile_becomes_a_step_and_none_takes_it_out(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    panel.settle()
    panel.click("atkinson")
    assert used(widget) == Dither("atkinson")
    assert widget.trace is not None
    assert "Dither" in [shot.title for shot in widget.trace]
    assert picked(panel) == "atkinson"
    assert "Bill Atkinson" in panel.part("Use").shown_text()
    panel.settle()
    # Its tile was there already.
    assert len(batches) == 1
    panel.choose("Use", NONE)
    assert widget.pipeline == MNIST
    assert picked(panel) == NONE
    assert options(panel) == []


def test_every_method_can_be_picked_and_shows_its_options(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    for name, method in CATALOGUE.items():
        panel.choose("Use", name)
        assert used(widget) == Dither(name)
        expected = [option.replace("_", " ") for option in method.options]
        assert [words for words in options(panel) if words != "like"] == expected


def test_options_change_the_step_and_its_tile_only(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    panel.choose("Use", "floyd-steinberg")
    panel.settle()
    slider = panel.identity("strength")
    panel.choose("scan", "serpentine")
    panel.settle()
    panel.set("strength", 0.5)
    panel.settle()
    changed = Dither("floyd-steinberg", scan="serpentine", strength=0.5)
    assert used(widget) == changed
    assert len(batches) == 3
    # A slider that is made anew would slip out of the hand.
    assert panel.identity("strength") == slider
    panel.set("strength", 1.0)
    panel.choose("scan", "raster")
    assert used(widget) == Dither("floyd-steinberg")


def test_another_programs_way_brings_its_own_options(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    panel.choose("Use", "floyd-steinberg")
    assert options(panel)[-1] == "like"
    assert panel.value("like") == "none"
    panel.choose("like", "pillow")
    assert used(widget) == Dither("floyd-steinberg", like="pillow")
    assert options(panel) == ["like"]
    panel.choose("like", "none")
    assert used(widget) == Dither("floyd-steinberg")


def test_what_others_put_in_the_pipeline_is_mirrored(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.pipeline = with_dither(MNIST, Dither("bayer", size=4), "large")
    assert picked(panel) == "bayer"
    assert panel.value("Dither") == "Before the resize"
    assert options(panel)[0] == "size"
    assert panel.value("size") == "4"
    assert used(widget) == Dither("bayer", size=4)


def test_the_place_moves_the_step_and_says_what_happens(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    framed = sheet_of(panel)
    panel.choose("Dither", "Before the resize")
    assert used(widget) is None
    assert sheet_of(panel) != framed
    assert "nearly all greys come back" in panel.shown_text()
    assert "of 65 changes a pixel of the tensor" in panel.shown_text()
    panel.choose("Use", "bayer")
    assert widget.pipeline == with_dither(MNIST, Dither("bayer"), "large")
    panel.choose("Dither", "After framing")
    assert widget.pipeline == with_dither(MNIST, Dither("bayer"), "framed")


def test_sorting_picks_nothing_and_asks_nobody(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    panel.settle()
    panel.choose("Use", "bayer")
    panel.choose("Sort by", "Ink")
    names = panel.options("No dithering")
    assert names[0] == NONE
    assert sorted(names) == sorted([NONE, *CATALOGUE])
    assert names != [NONE, *CATALOGUE]
    assert used(widget) == Dither("bayer")
    assert picked(panel) == "bayer"
    assert "bayer: Bryce" in panel.tooltip("bayer")
    panel.settle()
    assert len(batches) == 1
    panel.choose("Sort by", "Family")
    assert panel.options("No dithering") == [NONE, *CATALOGUE]


def test_blank_and_dot_are_no_questions(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(DOT)
    panel.settle()
    assert "One dot" in panel.sentence()
    widget.draw(sample(3))
    panel.settle()
    widget.draw(Drawing())
    assert sheet_of(panel) == {}
    assert "Draw a digit" in panel.sentence()
    assert len(batches) == 1


def test_an_answer_about_what_was_cleared_meanwhile_is_not_shown(
    model: Model, look: Look
) -> None:
    slow = Held(model)
    widget = DigitsWidget(predict=slow)
    panel = look(widget.dithering)
    with slow.held():
        widget.draw(sample(3))
        # About the drawing itself, and about the first tile.
        panel.wait_until(lambda: slow.waiting == 2)
        assert panel.dimmed()
        widget.clear()
    assert sheet_of(panel) == {}
    assert "Draw a digit" in panel.sentence()
    assert not panel.dimmed()
    widget.close()


def test_a_panel_that_nobody_sees_asks_nobody(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    panel.leave()
    widget.draw(sample(3))
    panel.settle()
    assert not batches
    panel.see()
    assert len(sheet_of(panel)) == len(CATALOGUE) + 1
    assert len(batches) == 1


@pytest.mark.server
def test_version_1_reads_the_same_sheet_beside_the_widgets_own(
    look: Look, model_server: EmbeddedServer
) -> None:
    widget = DigitsWidget(server=model_server.target)
    panel = look(widget.dithering)
    widget.draw(THIN)
    expected = {}
    for version in (1, 2):
        with Client(model_server.target, version=version) as client:
            expected[version] = reading(client, MNIST, THIN)
    assert expected[1] != expected[2]
    assert read(panel) == expected[2]
    panel.choose("Read by", "Version 1")
    assert read(panel) == expected[1]
    total = len(CATALOGUE)
    assert f"{agreeing(expected[1])} of {total} methods agree" in panel.sentence()
    own = f"This model: {agreeing(expected[2])} of {total} methods agree."
    assert own in panel.shown_text()
    # Only the sheet has another reader.
    answer = widget.wait()
    assert answer is not None
    assert answer.version == 2
    panel.choose("Read by", "This model")
    assert read(panel) == expected[2]
    assert "This model:" not in panel.shown_text()
    widget.close()


def test_without_framing_a_small_digit_is_read_from_few_pixels(
    panel: PanelDriver, widget: DigitsWidget, model: Model, batches: list[int]
) -> None:
    widget.draw(SMALL)
    framed = reading(model, MNIST, SMALL)
    assert read(panel) == framed
    panel.choose("Read by", "This model, unframed")
    unframed = reading(model, NAIVE, SMALL)
    assert read(panel) == unframed != framed
    # One request more: this one, beside the widget's own.
    assert len(batches) == 3
    own = f"This model: {agreeing(framed)} of {len(CATALOGUE)} methods agree."
    assert own in panel.shown_text()
    assert widget.pipeline is MNIST


def test_a_method_picked_on_an_unframed_sheet_goes_into_the_widgets_steps(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(SMALL)
    panel.choose("Read by", "This model, unframed")
    panel.settle()
    panel.click("bayer")
    assert widget.pipeline == with_dither(MNIST, Dither("bayer"), "framed")
    assert panel.value("Read by") == "This model, unframed"


def test_a_reader_chosen_while_another_is_asked_replaces_it(
    model: Model, look: Look
) -> None:
    slow = Held(model)
    widget = DigitsWidget(predict=slow)
    panel = look(widget.dithering)
    widget.draw(SMALL)
    before, sentence = sheet_of(panel), panel.sentence()
    with slow.held():
        panel.choose("Read by", "This model, unframed")
        panel.wait_until(lambda: slow.waiting)
        assert panel.dimmed()
        panel.choose("Read by", "This model")
    assert sheet_of(panel) == before
    assert panel.sentence() == sentence
    assert not panel.dimmed()
    widget.close()


def test_no_reader_is_asked_while_the_panel_is_not_seen(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    panel.choose("Read by", "This model, unframed")
    panel.leave()
    widget.draw(sample(3))
    panel.settle()
    assert not batches
    panel.see()
    panel.settle()
    assert len(batches) == 2


@pytest.mark.parametrize(
    ("options", "has_version_1"),
    [
        ({"server": "127.0.0.1:1"}, True),
        ({"server": "127.0.0.1:1", "model": "mine"}, False),
        ({"predict": Model()}, False),
    ],
)
def test_version_1_is_offered_where_a_server_may_have_it(
    look: Look, options: dict[str, Any], *, has_version_1: bool
) -> None:
    widget = DigitsWidget(**options)
    panel = look(widget.dithering)
    offered = panel.options("Read by")
    assert {"This model", "This model, unframed"} <= set(offered)
    assert ("Version 1" in offered) == has_version_1
    reason = "Version 1 needs a model server that has the model digits"
    assert (reason in panel.tooltip("Read by")) != has_version_1
    widget.close()


def test_two_values_have_nothing_to_dither(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.pipeline = "seed-2020"
    widget.draw(sample(3))
    panel.settle()
    assert "nothing to dither" in panel.shown_text()


def test_a_failure_is_shown_and_tried_again_with_the_next_drawing(
    panel: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    model.fails = True
    widget.draw(sample(3))
    assert sheet_of(panel) == {}
    assert "no more" in panel.problem()
    model.fails = False
    widget.draw(sample(4))
    panel.settle()
    assert "agree" in panel.sentence()


def test_a_function_that_prepares_is_dithered_and_not_changed(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    def prepare(drawing: Drawing) -> Trace:
        return MNIST(drawing)

    widget.pipeline = prepare
    widget.draw(sample(3))
    panel.settle()
    assert "agree" in panel.sentence()
    panel.choose("Use", "bayer")
    panel.settle()
    assert isinstance(widget.problem, OptionError)
    assert "Pipeline" in PanelDriver(widget.canvas).problem()
    assert widget.pipeline is prepare
    assert picked(panel) == NONE


def test_the_microscope_works_only_when_open(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.choose("Use", "floyd-steinberg")
    panel.settle()
    assert not panel.has("Pixel")
    assert "7/16" not in panel.shown_text()
    panel.click("Microscope")
    panel.settle()
    first = panel.shown_text()
    assert "7/16" in first
    assert panel.limits("Pixel")[1] > 100
    panel.click("Next")
    assert panel.value("Pixel") == 1
    assert panel.shown_text() != first
    panel.click("Back")
    panel.click("Back")
    assert panel.value("Pixel") == 0
    assert panel.shown_text() == first
    assert "= printed" in first


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bayer", "stands alone"),
        ("white-noise", "stands alone"),
        ("otsu", "no fixed shares"),
        ("riemersma", "no fixed shares"),
    ],
)
def test_methods_without_steps_have_an_honest_view(
    panel: PanelDriver, widget: DigitsWidget, name: str, words: str
) -> None:
    widget.draw(sample(3))
    panel.click("Microscope")
    panel.choose("Use", name)
    panel.settle()
    assert words in panel.shown_text()
    assert not panel.has("Pixel")


def gif_of(panel: PanelDriver) -> tuple[str, Image.Image, int]:
    """Press the button for a GIF; return its name, the open GIF, and its size."""
    panel.click("Save as GIF")
    panel.settle()
    ((name, content),) = panel.downloads().items()
    return name, Image.open(io.BytesIO(content)), len(content)


def test_the_diffusion_is_saved_as_a_gif_that_ends_with_the_print(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.choose("Use", "floyd-steinberg")
    panel.click("Microscope")
    panel.settle()
    assert not panel.downloads()
    name, gif, size = gif_of(panel)
    assert name == "floyd-steinberg.gif"
    assert gif.format == "GIF"
    assert gif.info["loop"] == 0
    assert size < 500_000
    moment = gif.info["duration"]
    frames = getattr(gif, "n_frames", 1)
    assert 50 < frames <= 200
    gif.seek(frames - 1)
    assert gif.info["duration"] > 10 * moment
    assert widget.trace is not None
    assert shown_left(gif) == pytest.approx(widget.trace.tensor)


def shown_left(gif: Image.Image) -> NDArray[np.float64]:
    """Return the left one of a GIF's two pictures, (28, 28) in [0, 1], 1 is ink."""
    left, top, cell = 8, 18, 7
    light = np.asarray(gif.convert("L"), float)[top:, left:] / 255
    return 1 - light[cell // 2 :: cell, cell // 2 :: cell][:28, :28]


def test_the_link_to_a_gif_goes_with_its_diffusion(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.choose("Use", "atkinson")
    panel.click("Microscope")
    panel.settle()
    assert gif_of(panel)[0] == "atkinson.gif"
    panel.choose("scan", "serpentine")
    panel.settle()
    assert not panel.downloads()
    assert panel.has("Save as GIF")
    gif_of(panel)
    panel.choose("Use", "bayer")
    panel.settle()
    assert not panel.downloads()
    assert not panel.has("Save as GIF")


def test_without_a_pick_the_microscope_shows_the_one_to_begin_with(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    panel.click("Microscope")
    panel.settle()
    assert "Draw a digit" in panel.shown_text()
    assert not panel.has("Pixel")
    widget.draw(sample(3))
    panel.settle()
    assert "this shows floyd-steinberg" in panel.shown_text()
    assert "7/16" in panel.shown_text()
    assert used(widget) is None
    panel.choose("Use", "atkinson")
    panel.settle()
    assert "this shows" not in panel.shown_text()
    assert "1/8" in panel.shown_text()


def test_the_film_ends_on_the_finished_picture(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.choose("Use", "floyd-steinberg")
    panel.click("Microscope")
    panel.settle()
    panel.set("Pixel", panel.limits("Pixel")[1])
    printed = panel.part("Pixel").limits("Pixel")[1]
    assert printed == len(frames(MNIST(sample(3)).tensor, "floyd-steinberg")) - 1
    so_far, carried = panel.pictures()[-2:]
    assert widget.trace is not None
    shades = so_far if so_far.ndim == 2 else so_far[..., 0]
    np.testing.assert_array_equal(shades < 128, widget.trace.tensor > 0.5)
    assert (carried == 255).all()
    # Nothing is moved on beyond the end.
    panel.click("Next")
    assert panel.value("Pixel") == printed


def test_another_drawing_is_shown_at_the_same_moment(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.click("Microscope")
    panel.settle()
    panel.set("Pixel", 20)
    widget.draw(sample(5))
    panel.settle()
    assert panel.value("Pixel") == 20
    moment = frames(MNIST(sample(5)).tensor, "floyd-steinberg")[20].step
    assert f"Row {moment.y}, column {moment.x}:" in panel.shown_text()


KERNEL = '{"kernel": [["x", 3], [1, 0]], "divisor": 8}'
MATRIX = '{"matrix": [[0, 2], [3, 1]]}'


def test_the_own_tile_is_there_once_it_is_wanted_and_comes_first(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    assert "yours" not in sheet_of(panel)
    assert "yours" not in panel.options("Use")
    panel.click("Your own")
    said = sheet_of(panel)
    assert list(said)[:2] == [NONE, "yours"]
    assert said["yours"] == said["floyd-steinberg"]
    assert f"of {len(CATALOGUE) + 1} methods agree" in panel.shown_text()
    for order in ("Quality", "Confidence", "Ink", "Family"):
        panel.choose("Sort by", order)
        assert list(sheet_of(panel))[1] == "yours"
    assert used(widget) is None
    assert batches == [len(CATALOGUE) + 1, len(CATALOGUE) + 2]
    # The text is put away, the tile stays.
    panel.click("Your own")
    assert not panel.has("JSON")
    assert "yours" in sheet_of(panel)


@pytest.mark.parametrize("spec", [KERNEL, MATRIX])
def test_an_own_method_is_picked_like_any_other(
    panel: PanelDriver, widget: DigitsWidget, spec: str
) -> None:
    widget.draw(sample(3))
    panel.click("Your own")
    panel.set("JSON", spec)
    panel.settle()
    panel.click("yours")
    panel.settle()
    assert picked(panel) == "yours"
    own = own_method(spec)
    assert widget.trace is not None
    greys = MNIST(sample(3)).tensor
    np.testing.assert_array_equal(widget.trace.tensor, Dither(own)(greys))
    assert [words for words in options(panel) if words != "like"] == [
        option.replace("_", " ") for option in own.options
    ]
    panel.choose("Use", NONE)
    assert used(widget) is None
    panel.choose("Use", "yours")
    assert used(widget) is not None


def test_an_own_kernel_is_under_the_microscope_and_in_a_gif(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.click("Microscope")
    panel.click("Your own")
    panel.set("JSON", KERNEL)
    panel.settle()
    panel.click("yours")
    panel.settle()
    assert "3/8" in panel.shown_text()
    assert gif_of(panel)[0] == "yours.gif"
    panel.set("JSON", MATRIX)
    panel.settle()
    assert "stands alone" in panel.shown_text()


def test_what_is_written_replaces_what_is_in_use_and_keeps_its_options(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.click("Your own")
    panel.settle()
    panel.click("yours")
    panel.choose("scan", "serpentine")
    panel.set("strength", 0.5)
    panel.settle()
    panel.set("JSON", KERNEL)
    panel.settle()
    found = used(widget)
    assert found is not None
    assert found.printer.kernel == own_method(KERNEL).kernel
    assert found.options == {"scan": "serpentine", "strength": 0.5}
    # A matrix has no scan.
    panel.set("JSON", MATRIX)
    panel.settle()
    found = used(widget)
    assert found is not None
    assert found.printer.tile is not None
    assert found.options == {"strength": 0.5}
    assert picked(panel) == "yours"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ('{"kernel": [[0, 7]]}', 'no "x"'),
        ('{"kernel": [["x", 7]], "divisor": 6}', "Raise the divisor to 7"),
        ('{"kernel": [["x", 7], [1]]}', "equally long"),
        ('{"matrix": [[NaN]]}', "whole numbers"),
        ("[" * 9000, "too deep"),
        ("7" * 10**6, "Paste one"),
        ('{"<b>": 1, "matrix": [[1]]}', 'no "<b>"'),
    ],
)
def test_a_mistake_is_said_beside_the_text_and_changes_nothing(
    panel: PanelDriver, widget: DigitsWidget, text: str, words: str
) -> None:
    widget.draw(sample(3))
    panel.click("Your own")
    panel.set("JSON", KERNEL)
    panel.settle()
    panel.click("yours")
    before, said = used(widget), sheet_of(panel)
    panel.set("JSON", text)
    panel.settle()
    beside = panel.part("JSON")
    assert words in beside.shown_text()
    assert "as before" in beside.shown_text()
    assert "Traceback" not in beside.html
    assert used(widget) == before
    assert sheet_of(panel) == said
    assert widget.drawing == sample(3)
    assert widget.problem is None
    panel.set("JSON", MATRIX)
    panel.settle()
    assert "A matrix of 2x2" in beside.shown_text()
    assert "as before" not in beside.shown_text()


def test_half_a_text_is_not_read(panel: PanelDriver, widget: DigitsWidget) -> None:
    widget.draw(sample(3))
    panel.click("Your own")
    panel.settle()
    for end in range(1, len(KERNEL)):
        panel.set("JSON", KERNEL[:end])
        assert "⚠" not in panel.part("JSON").shown_text()
    panel.set("JSON", KERNEL)
    panel.settle()
    assert "A kernel: 4 of 8" in panel.part("JSON").shown_text()


def test_an_own_method_in_the_pipeline_is_mirrored(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.settle()
    own = Dither(own_method(KERNEL))
    widget.pipeline = with_dither(MNIST, own, "framed")
    panel.settle()
    assert picked(panel) == "yours"
    assert list(sheet_of(panel))[1] == "yours"
    panel.click("bayer")
    panel.click("yours")
    assert used(widget) == own


def test_an_own_method_goes_where_no_dither_can_be_put_with_a_sentence(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    def prepare(drawing: Drawing) -> Trace:
        return MNIST(drawing)

    widget.pipeline = prepare
    widget.draw(sample(3))
    panel.click("Your own")
    assert "yours" in sheet_of(panel)
    panel.click("yours")
    assert isinstance(widget.problem, OptionError)
    assert picked(panel) == NONE


def test_each_tile_says_how_near_it_is_to_the_greys(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.settle()
    sheet = contact_sheet(MNIST, sample(3))
    expected = {
        name: f"{found.psnr:.0f} dB"
        for name, found in zip(
            sheet.names, quality(sheet.greys, sheet.shown), strict=True
        )
    }
    assert panel.captions("far") == {**expected, NONE: ""}
    panel.choose("Sort by", "Quality")
    numbers = [int(words.split()[0]) for words in list(expected.values())[1:]]
    shown = [int(words.split()[0]) for words in [*panel.captions("far").values()][1:]]
    assert shown == sorted(numbers, reverse=True)


def test_looks_and_answers_are_set_against_each_other_in_a_sentence(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.choose("Sort by", "Quality")
    names = list(sheet_of(panel))
    sentence = panel.shown_text()
    assert f"Nearest to the greys, seen from afar, is {names[1]} (" in sentence
    assert f"farthest is {names[-1]} (" in sentence
    assert "PSNR" not in sentence
    panel.choose("Use", "atkinson")
    panel.settle()
    detail = panel.part("Use").shown_text()
    assert f"{panel.captions('far')['atkinson']} (PSNR" in detail
    assert "(SSIM)" in detail
    before, after = MNIST(sample(3)).tensor, widget.trace
    assert after is not None
    covers = f"{100 * after.tensor.mean():.1f} % of it, {100 * before.mean():.1f} % in"
    assert f"Ink covers {covers} the greys." in detail


def test_two_values_look_the_same_dithered(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.pipeline = "seed-2020"
    widget.draw(sample(3))
    panel.choose("Use", "fixed-threshold")
    panel.settle()
    assert panel.captions("far")["fixed-threshold"] == "the same"
    assert "looks the same as the greys" in panel.part("Use").shown_text()


@pytest.mark.parametrize("shape", [(28, 28), (100, 100), (12, 90), (1, 1)])
def test_the_worst_of_pictures_makes_no_large_gif(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).random(shape, dtype=np.float32)
    content = diffusion_gif(frames(noise, "stevenson-arce"))
    gif = Image.open(io.BytesIO(content))
    assert getattr(gif, "n_frames", 1) <= 200
    assert len(content) < 500_000
