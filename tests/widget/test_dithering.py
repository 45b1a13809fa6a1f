from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE
from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError
from digits_widget.insight.contact_sheet import NONE
from digits_widget.insight.dither_place import find_dither, with_dither
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.steps import Dither
from digits_widget.trace import Trace
from digits_widget.widget.desk import Desk
from digits_widget.widget.dithering.dithering import Dithering
from digits_widget.widget.server import Function
from tests.widget.desk_at_once import desk_at_once

MNIST = PRESETS["mnist"]
DOT = Drawing.from_points([[(0.5, 0.5)]])


class Model(Function):
    """Says 3 where there is much ink, else 8; counts what it is asked in one call."""

    def __init__(self) -> None:
        super().__init__(self.say)
        self.batches: list[int] = []
        self.fails = False

    def say(self, image: NDArray[np.float32]) -> Prediction:
        confidences = np.full(10, 0.01)
        confidences[3 if image.mean() > 0.1 else 8] = 0.91
        return Prediction(confidences)

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        if self.fails:
            msg = "no more"
            raise RuntimeError(msg)
        self.batches.append(len(images))
        return super().many(images)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def desk(model: Model) -> Desk:
    return desk_at_once(model)


@pytest.fixture
def panel(desk: Desk) -> Dithering:
    panel = Dithering(desk)
    desk.session.subscribe(panel.show)
    return panel


def used(desk: Desk) -> Dither | None:
    """Return the dither in the session's pipeline."""
    pipeline = desk.session.prepare
    assert isinstance(pipeline, Pipeline)
    found = find_dither(pipeline)
    return found[0] if found else None


def said(panel: Dithering) -> dict[str, str]:
    """Return what stands on each tile."""
    rule = r'data-value="([\w-]+)"\]\{--left:-?\d+px;--said:"(.*?)"'
    return dict(re.findall(rule, str(panel._sheet._style.value)))


def line(panel: Dithering) -> str:
    return str(panel._line.value)


def test_all_methods_are_asked_about_in_one_call(
    panel: Dithering, desk: Desk, model: Model
) -> None:
    desk.session.draw(sample(3))
    assert model.batches == [len(CATALOGUE) + 1]
    assert list(said(panel)) == [NONE, *CATALOGUE]
    assert said(panel)["floyd-steinberg"].endswith("· 91 %")
    assert "Without dithering" in line(panel)


def test_a_tile_that_is_apart_is_marked_by_shape_and_colour(
    panel: Dithering, desk: Desk
) -> None:
    desk.session.draw(sample(3))
    apart = [name for name, words in said(panel).items() if words.startswith("▲")]
    assert 0 < len(apart) < len(CATALOGUE)
    assert str(panel._sheet._style.value).count("--digits-apart") == len(apart)
    assert f"▲ {len(apart)} do not" in line(panel)


def test_a_picked_tile_becomes_a_step_and_none_takes_it_out(
    panel: Dithering, desk: Desk, model: Model
) -> None:
    desk.session.draw(sample(3))
    panel._sheet._buttons.value = "atkinson"
    assert used(desk) == Dither("atkinson")
    state = desk.session.state
    assert state.trace is not None
    assert "Dither" in [shot.title for shot in state.trace]
    assert panel._names.value == "atkinson"
    assert "Bill Atkinson" in panel._card.value
    # Its tile was there already.
    assert len(model.batches) == 1
    panel._names.value = NONE
    assert desk.session.prepare == MNIST
    assert panel._sheet._buttons.value == NONE
    assert panel._options.widget.children == ()


def test_every_method_can_be_picked_and_shows_its_options(
    panel: Dithering, desk: Desk
) -> None:
    for name, method in CATALOGUE.items():
        panel._names.value = name
        assert used(desk) == Dither(name)
        shown = [control.description for control in panel._options.widget.children]
        expected = [option.replace("_", " ") for option in method.options]
        assert [words for words in shown if words != "like"] == expected


def test_options_change_the_step_and_its_tile_only(
    panel: Dithering, desk: Desk, model: Model
) -> None:
    desk.session.draw(sample(3))
    panel._names.value = "floyd-steinberg"
    controls = {each.description: each for each in panel._options.widget.children}
    controls["scan"].value = "serpentine"
    controls["strength"].value = 0.5
    changed = Dither("floyd-steinberg", scan="serpentine", strength=0.5)
    assert used(desk) == changed
    assert len(model.batches) == 3
    # A slider that is made anew would slip out of the hand.
    assert panel._options.widget.children[3] is controls["strength"]
    controls["strength"].value = 1.0
    controls["scan"].value = "raster"
    assert used(desk) == Dither("floyd-steinberg")


def test_another_programs_way_brings_its_own_options(
    panel: Dithering, desk: Desk
) -> None:
    panel._names.value = "floyd-steinberg"
    like = panel._options.widget.children[-1]
    assert (like.description, like.label) == ("like", "none")
    like.value = "pillow"
    assert used(desk) == Dither("floyd-steinberg", like="pillow")
    assert len(panel._options.widget.children) == 1
    panel._options.widget.children[-1].label = "none"
    assert used(desk) == Dither("floyd-steinberg")


def test_what_others_put_in_the_pipeline_is_mirrored(
    panel: Dithering, desk: Desk
) -> None:
    desk.session.use(with_dither(MNIST, Dither("bayer", size=4), "large"))
    assert panel._sheet._buttons.value == panel._names.value == "bayer"
    assert panel._place.value == "large"
    assert panel._options.widget.children[0].value == 4
    assert used(desk) == Dither("bayer", size=4)


def test_the_place_moves_the_step_and_says_what_happens(
    panel: Dithering, desk: Desk
) -> None:
    desk.session.draw(sample(3))
    framed = said(panel)
    panel._place.value = "large"
    assert used(desk) is None
    assert "nearly all greys come back" in panel._hint.value
    assert said(panel) != framed
    panel._names.value = "bayer"
    assert desk.session.prepare == with_dither(MNIST, Dither("bayer"), "large")
    panel._place.value = "framed"
    assert desk.session.prepare == with_dither(MNIST, Dither("bayer"), "framed")


def test_sorting_picks_nothing_and_asks_nobody(
    panel: Dithering, desk: Desk, model: Model
) -> None:
    desk.session.draw(sample(3))
    panel._names.value = "bayer"
    panel._order.value = "ink"
    names = panel._sheet._buttons.options
    assert names[0] == NONE
    assert sorted(names) == sorted([NONE, *CATALOGUE])
    assert names != (NONE, *CATALOGUE)
    assert used(desk) == Dither("bayer")
    assert panel._sheet._buttons.value == "bayer"
    assert "bayer: Bryce" in panel._sheet._buttons.tooltips[names.index("bayer")]
    assert len(model.batches) == 1
    panel._order.value = "family"
    assert panel._sheet._buttons.options == (NONE, *CATALOGUE)


def test_blank_and_dot_are_no_questions(
    panel: Dithering, desk: Desk, model: Model
) -> None:
    desk.session.draw(DOT)
    assert "One dot" in line(panel)
    desk.session.draw(sample(3))
    desk.session.draw(Drawing())
    assert "Draw a digit" in line(panel)
    assert said(panel) == {}
    assert len(model.batches) == 1


def test_an_answer_about_what_was_cleared_meanwhile_is_not_shown(
    panel: Dithering, desk: Desk, model: Model
) -> None:
    def clears(_image: NDArray[np.float32]) -> Prediction:
        if desk.session.state.drawing:
            desk.session.draw(Drawing())
        return Prediction(np.full(10, 0.1))

    model._predict = clears
    desk.session.draw(sample(3))
    assert said(panel) == {}
    assert "Draw a digit" in line(panel)


def test_two_values_have_nothing_to_dither(panel: Dithering, desk: Desk) -> None:
    desk.session.use(PRESETS["seed-2020"])
    desk.session.draw(sample(3))
    assert "nothing to dither" in panel._hint.value


def test_a_failure_is_shown_and_tried_again_with_the_next_drawing(
    panel: Dithering, desk: Desk, model: Model
) -> None:
    model.fails = True
    desk.session.draw(sample(3))
    assert "no more" in line(panel)
    assert said(panel) == {}
    model.fails = False
    desk.session.draw(sample(4))
    assert "agree" in line(panel)


def test_a_function_that_prepares_is_dithered_and_not_changed(
    panel: Dithering, desk: Desk
) -> None:
    def prepare(drawing: Drawing) -> Trace:
        return MNIST(drawing)

    desk.session.use(prepare)
    desk.session.draw(sample(3))
    assert "agree" in line(panel)
    with pytest.raises(OptionError, match="Pipeline"):
        panel._names.value = "bayer"
    assert desk.session.prepare is prepare
    assert panel._names.value == NONE


def test_the_microscope_works_only_when_open(panel: Dithering, desk: Desk) -> None:
    scope = panel._microscope
    desk.session.draw(sample(3))
    panel._names.value = "floyd-steinberg"
    assert scope._stage.value == ""
    scope._fold.value = True
    assert "7/16" in scope._stage.value
    assert scope._slider.max > 100
    first = scope._stage.value
    scope._next.click()
    assert scope._slider.value == 1
    assert scope._stage.value != first
    scope._back.click()
    scope._back.click()
    assert scope._slider.value == 0
    assert scope._stage.value == first
    assert "= printed" in first


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bayer", "stands alone"),
        ("white-noise", "stands alone"),
        ("otsu", "no fixed shares"),
        ("riemersma", "no fixed shares"),
        (NONE, "Pick a method"),
    ],
)
def test_methods_without_steps_have_an_honest_view(
    panel: Dithering, desk: Desk, name: str, words: str
) -> None:
    desk.session.draw(sample(3))
    panel._microscope._fold.value = True
    panel._names.value = name
    assert words in panel._microscope._stage.value
    assert panel._microscope._controls.layout.display == "none"
