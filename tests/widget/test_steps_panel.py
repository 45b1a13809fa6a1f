from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import DeadlineError
from digits_widget.likeness import likeness
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.prediction import Prediction
from digits_widget.recipe import recipe
from digits_widget.samples import sample
from digits_widget.steps import STEPS, Centre, Crop, Dither, Fit, ToTensor
from digits_widget.steps.parameters import parameters, values
from digits_widget.trace_picture import stats_with_ink
from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Held, Look
from tests.widget.panel_driver import PanelDriver

OWN = "your own"
"""What the menu of presets calls all others."""

SQUARE = Drawing.from_points(
    [[(0.25, 0.5), (0.5, 0.5), (0.5, 0.75), (0.25, 0.75), (0.25, 0.5)]]
)
WAIT = 20.0


def reads(image: NDArray[np.float32]) -> Prediction:
    """Answer 1 where all ink is in two greys, and 7 else, so that steps matter."""
    digit = 1 if np.isin(image, (0, 1)).all() else 7
    return Prediction(np.where(np.arange(10) == digit, 0.91, 0.01))


@pytest.fixture
def widget() -> Iterator[DigitsWidget]:
    widget = DigitsWidget(predict=reads)
    yield widget
    assert widget.problem is None
    widget.close()


@pytest.fixture
def strip(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the filmstrip, in a cell of its own, on the screen."""
    return look(widget.filmstrip)


def test_every_step_has_a_tile_with_words_and_numbers(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    widget.draw(sample(3))
    assert widget.trace is not None
    tiles = strip.tiles()
    assert all(tile.picture is not None for tile in tiles)
    assert [(tile.title, tile.caption, tile.numbers) for tile in tiles] == [
        (shot.title, shot.caption, stats_with_ink(shot)) for shot in widget.trace
    ]
    assert tiles[-1].aria_label.startswith("Tensor, 28 by 28 pixels.")
    assert "(28, 28) float32, 0 to 1, mean" in tiles[-1].numbers


def test_the_last_tile_is_made_of_the_very_array_that_is_asked_about() -> None:
    asked: list[NDArray[np.float32]] = []

    def answer(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        return reads(image)

    widget = DigitsWidget(predict=answer)
    widget.draw(sample(5))
    widget.wait(WAIT)
    assert widget.trace is not None
    assert asked[-1] is widget.trace.tensor
    # One pixel of the picture for each number; the browser enlarges it.
    tile = PanelDriver(widget.filmstrip).tiles()[-1].picture
    np.testing.assert_array_equal(tile, 255 - np.rint(asked[-1] * np.float32(255)))
    widget.close()


@pytest.mark.parametrize("name", PRESETS)
def test_empty_tiles_stand_where_the_pictures_will_be(
    widget: DigitsWidget, strip: PanelDriver, name: str
) -> None:
    widget.pipeline = name
    empty = strip.strips()
    titles = [shot.title for shot in PRESETS[name](sample(1))]
    assert [tile.title for tile in strip.tiles()] == titles
    assert empty[0].answer == "?"
    assert not strip.pictures()
    widget.draw(sample(1))
    assert len(strip.pictures()) == len(titles)
    widget.clear()
    assert strip.strips() == empty


def test_captions_cannot_break_the_page(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    def half(image: NDArray[np.float32]) -> NDArray[np.float32]:
        return image * np.float32(0.5)

    half.__name__ = "<script>"
    widget.pipeline = PRESETS["mnist"].replaced("tensor", half, ToTensor())
    widget.draw(sample(3))
    strip.click("Change the steps")
    assert "<script>" in [tile.title for tile in strip.tiles()]
    assert not strip.page.find("script")


def test_the_crop_box_is_drawn_where_the_crop_was(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    widget.draw(SQUARE)
    assert widget.trace is not None
    drawing, crop = (tile.marks for tile in strip.tiles()[:2])
    assert drawing
    assert drawing["viewbox"] == "0 0 280 280"
    left, top, right, bottom = widget.trace["crop"].decided["box"]
    place = [str(number) for number in (left, top, right - left, bottom - top)]
    rows = [
        [box[side] for side in ("x", "y", "width", "height")]
        for box in drawing.find_all("rect")
    ]
    assert rows == [place, place]
    # The pen is 18 pixels wide, half of them outside of the line; faint ones are not
    # in the box.
    outer = 18 / 2
    wanted = (70 - outer, 140 - outer, 140 + outer, 210 + outer)
    assert (left, top, right, bottom) == pytest.approx(wanted, abs=1)
    assert crop is None or not crop.find("rect")


def test_the_arrow_goes_from_the_centre_of_the_ink_to_where_it_was_moved(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    widget.draw(SQUARE)
    assert widget.trace is not None
    source, moved = widget.trace["strengthen"], widget.trace["centre"]
    marks = strip.tiles()[4].marks
    assert marks
    assert marks["viewbox"] == "0 0 28 28"
    ends = re.findall(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)M', str(marks))[-1]
    # In SVG the middle of pixel 0 is at 0.5.
    wanted = np.array([*moved.decided["from"], *moved.decided["to"]]) + 0.5
    assert np.array(ends, float) == pytest.approx(wanted, abs=0.01)
    rows = source.image.sum(axis=1, dtype=float)
    balance = rows @ (np.arange(len(rows)) + 0.5) / rows.sum()
    assert float(ends[1]) == pytest.approx(balance, abs=0.01)


def test_the_answer_stands_at_the_end_and_is_dimmed_while_it_is_old(
    look: Look,
) -> None:
    model = Held(reads)
    widget = DigitsWidget(predict=model)
    strip = look(widget.filmstrip)
    widget.draw(sample(7))
    widget.wait(WAIT)
    (shown,) = strip.strips()
    assert (shown.answer, shown.remark) == ("7", "91\N{NO-BREAK SPACE}% confident")
    assert not strip.dimmed()
    with model.held():
        widget.draw(sample(7))
        (dimmed,) = strip.dimmed()
        assert dimmed.startswith("Answer 7")
    widget.clear()
    assert strip.strips()[0].answer == "?"
    widget.close()


SENTENCES = {
    "mnist": "Frames the digit as MNIST's authors did",
    "seed-2020": "The ImageMagick command of the 2020 article",
    "seed-2020-fixed": "The same in black and white",
    "naive": "Scales the whole canvas to 28x28",
}


def test_every_preset_has_a_sentence(strip: PanelDriver) -> None:
    assert SENTENCES.keys() == PRESETS.keys()
    assert strip.options("Preset") == [*PRESETS, OWN]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_of_the_menu_is_the_widgets_pipeline(
    widget: DigitsWidget, strip: PanelDriver, name: str
) -> None:
    strip.choose("Preset", name)
    assert widget.pipeline is PRESETS[name]
    assert strip.part("Preset").shown_text().startswith(SENTENCES[name])
    widget.pipeline = "mnist"
    assert strip.value("Preset") == "mnist"
    widget.pipeline = name
    assert strip.value("Preset") == name


def test_a_pipeline_of_ones_own_stays_in_the_menu(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    strip.choose("Preset", OWN)
    # There are none yet: here they can be made.
    assert strip.value("Preset") == "mnist"
    assert strip.value("Change the steps")
    own = Pipeline((Crop(), Fit(box=24), Centre(), ToTensor()))
    widget.pipeline = own
    assert strip.value("Preset") == OWN
    strip.choose("Preset", "naive")
    strip.choose("Preset", OWN)
    assert widget.pipeline is own


@pytest.mark.parametrize("name", PRESETS)
def test_the_steps_can_be_copied_as_python(
    widget: DigitsWidget, strip: PanelDriver, name: str
) -> None:
    strip.click("Copy as Python")
    widget.pipeline = name
    (code,) = strip.page.select(".digits-text-box pre")
    assert code.text == recipe(PRESETS[name])
    assert strip.page.select("button.digits-copy")
    widget.pipeline = PRESETS["mnist"].__call__
    assert "function of your own" in strip.shown_text()


@pytest.fixture
def steps(strip: PanelDriver) -> PanelDriver:
    """Open the list of steps below the tiles."""
    strip.click("Change the steps")
    return strip


def listed(steps: PanelDriver) -> list[str]:
    """Return the titles on the list of steps, as they stand on the screen."""
    known = {kind.title for kind in STEPS}
    return [label for label in steps.labels if label in known]


def titles(widget: DigitsWidget) -> list[str]:
    assert widget.trace is not None
    return [shot.title for shot in widget.trace]


def test_a_step_is_tuned_live(widget: DigitsWidget, steps: PanelDriver) -> None:
    widget.draw(sample(3))
    fit = steps.part("Fit in a box")
    fit.set("box", 24)
    assert widget.trace is not None
    assert max(widget.trace["fit"].image.shape) == 24
    assert any("24x24 box" in tile.caption for tile in steps.tiles())
    assert steps.value("Preset") == "mnist, changed"
    fit.set("box", 20)
    assert widget.pipeline is PRESETS["mnist"]


def test_steps_are_left_out_repeated_removed_added_and_brought_back(
    widget: DigitsWidget, steps: PanelDriver
) -> None:
    widget.draw(sample(3))
    before = titles(widget)
    steps.click("Crop to ink")
    assert titles(widget) == [name for name in before if name != "Crop to ink"]
    steps.click("Repeat Fit in a box")
    assert titles(widget).count("Fit in a box") == listed(steps).count("Fit in a box")
    steps.parts("Fit in a box")[0].click("Remove Fit in a box")
    steps.choose("Add", "Blur")
    steps.click("Add step")
    assert titles(widget)[-2:] == ["Blur", "Tensor"]
    steps.click("Reset")
    assert titles(widget) == before
    assert widget.pipeline is PRESETS["mnist"]
    assert steps.value("Crop to ink")


def test_a_wrong_order_explains_itself_and_the_last_good_one_goes_on(
    widget: DigitsWidget, steps: PanelDriver
) -> None:
    widget.draw(sample(3))
    steps.click("Move Fit in a box later")
    before = widget.trace
    steps.click("Move Fit in a box later")
    assert listed(steps)[5:7] == ["Centre", "Fit in a box"]
    assert "put Fit or Resize before Centre" in steps.problem()
    assert widget.trace is before
    assert widget.problem is None
    steps.click("Move Centre later")
    assert steps.problem() == ""
    assert listed(steps)[5:7] == ["Fit in a box", "Centre"]
    before = widget.trace
    steps.click("Remove Tensor")
    assert "expected tensor once" in steps.problem()
    assert widget.trace is before


def test_a_value_that_a_step_does_not_take_goes_back(
    widget: DigitsWidget, steps: PanelDriver
) -> None:
    tensor = steps.part("Tensor")
    tensor.choose("dtype", "uint8")
    assert "Use scale=255" in steps.problem()
    assert tensor.value("dtype") == "float32"
    tensor.choose("scale", "255.0")
    assert steps.problem() == ""
    assert isinstance(widget.pipeline, Pipeline)
    assert widget.pipeline.steps[-1] == ToTensor(scale=255.0)


def test_the_ends_of_the_list_go_no_further(steps: PanelDriver) -> None:
    first, *_, last = listed(steps)
    assert not steps.is_enabled(f"Move {first} earlier")
    assert not steps.is_enabled(f"Move {last} later")
    assert steps.is_enabled("Move Crop to ink earlier")


def test_another_dithering_brings_its_own_options(
    widget: DigitsWidget, steps: PanelDriver
) -> None:
    steps.choose("Add", "Dither")
    steps.click("Add step")
    dither = steps.part("Dither")
    assert dither.has("scan")
    dither.choose("method", "bayer")
    assert not dither.has("scan")
    assert dither.has("transpose")
    dither.choose("like", "libdither")
    dither.choose("like", "none")
    assert isinstance(widget.pipeline, Pipeline)
    assert Dither("bayer") in widget.pipeline.steps
    widget.draw(sample(3))
    assert "Dither" in titles(widget)


def test_a_function_cannot_be_taken_apart(
    widget: DigitsWidget, steps: PanelDriver
) -> None:
    widget.pipeline = partial(PRESETS["naive"])
    assert "function of your own" in steps.shown_text()
    assert not listed(steps)
    widget.pipeline = "naive"
    assert listed(steps)[-1] == "Tensor"


SAID: dict[object, str] = {None: "none", "ltr": "left to right", "rtl": "right to left"}
"""What a menu says in place of a choice's own short name."""


@pytest.mark.parametrize("kind", STEPS, ids=lambda kind: kind.name)
def test_every_parameter_of_every_step_has_a_control_with_its_name(
    steps: PanelDriver, kind: Any
) -> None:
    step = kind()
    steps.choose("Add", kind.title)
    steps.click("Add step")
    # The last of this kind that is not the tensor at the end is the one just added.
    row = steps.parts(kind.title)[-1]
    if getattr(step, "pictures_only", False):
        assert "for pictures only" in row.shown_text()
    chosen = values(step)
    for name, parameter in parameters(step).items():
        label = name.replace("_", " ")
        shown = row.value(label)
        if parameter.is_switch:
            assert shown is chosen[name]
        elif parameter.choices:
            assert shown == SAID.get(chosen[name], str(chosen[name]))
            assert row.options(label) == [
                SAID.get(choice, str(choice)) for choice in parameter.choices
            ]
        else:
            assert shown == chosen[name]
            assert row.limits(label) == (parameter.low, parameter.high)


def compare(strip: PanelDriver, name: str) -> None:
    """Open the second strip."""
    strip.click("Compare with …")
    strip.choose("with", name)
    strip.settle()


def test_two_strips_show_the_same_drawing_and_say_what_has_changed(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    widget.draw(sample(3))
    widget.wait(WAIT)
    compare(strip, "seed-2020-fixed")
    one, two = strip.strips()
    assert (one.name, two.name) == ("mnist", "seed-2020-fixed")
    assert one.tiles[0].picture is not None
    np.testing.assert_array_equal(one.tiles[0].picture, two.tiles[0].picture)
    assert strip.sentence() == (
        "≠ The steps changed the answer: mnist reads 7 (91\N{NO-BREAK SPACE}%), "
        "seed-2020-fixed reads 1 (91\N{NO-BREAK SPACE}%)."
    )
    assert (one.answer, two.answer) == ("7", "1")
    strip.choose("with", "naive")
    strip.settle()
    assert "The answer is the same" in strip.sentence()
    strip.click("Compare with …")
    (shown,) = strip.strips()
    assert shown.name == ""


def test_words_about_an_older_drawing_are_dimmed(look: Look) -> None:
    model = Held(reads)
    widget = DigitsWidget(predict=model)
    strip = look(widget.filmstrip)
    widget.draw(sample(3))
    compare(strip, "naive")
    said = strip.sentence()
    assert said.startswith("= The answer is the same")
    assert not strip.dimmed()
    with model.held():
        widget.draw(sample(4))
        strip.wait_until(lambda: said in strip.dimmed())
    widget.clear()
    strip.settle()
    assert strip.sentence() == ""
    widget.close()


def test_a_second_strip_that_fails_leaves_the_first_one_alone(look: Look) -> None:
    def reads_greys(image: NDArray[np.float32]) -> Prediction:
        answer = reads(image)
        if answer.label == 1:
            msg = "Too late. Wait."
            raise DeadlineError(msg)
        return answer

    widget = DigitsWidget(predict=reads_greys)
    strip = look(widget.filmstrip)
    widget.draw(sample(3))
    compare(strip, "seed-2020-fixed")
    assert "Too late. Wait." in strip.problem()
    assert strip.strips()[0].answer == "7"
    assert widget.problem is None
    widget.close()


def test_what_nobody_sees_asks_nobody(look: Look) -> None:
    asked: list[object] = []

    def answer(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        return reads(image)

    widget = DigitsWidget(predict=answer)
    strip = look(widget.filmstrip)
    strip.leave()
    strip.click("Compare with …")
    widget.draw(sample(3))
    strip.settle()
    assert len(asked) == 1
    strip.see()
    strip.settle()
    assert len(asked) == 2
    widget.close()


def test_the_verdict_speaks_english_about_steps_of_ones_own(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    assert isinstance(PRESETS["mnist"], Pipeline)
    kept = PRESETS["mnist"].steps
    widget.pipeline = Pipeline((*kept[:-1], ToTensor(scale=1.0)), name="your own")
    widget.draw(sample(3))
    compare(strip, "naive")
    assert "your steps read 7" in strip.sentence()
    widget.pipeline = Pipeline(kept, name="<b>")
    strip.settle()
    assert "<b> reads 7" in strip.sentence()


@pytest.fixture
def inspector(strip: PanelDriver) -> PanelDriver:
    """Open the pixel inspector; return it alone."""
    strip.click("Look at the pixels")
    return strip.part("Picture")


def test_the_inspector_says_what_is_under_the_pointer(
    widget: DigitsWidget, inspector: PanelDriver
) -> None:
    widget.draw(sample(3))
    assert inspector.options("Picture") == titles(widget)
    assert inspector.value("Picture") == "Tensor"
    # Ten CSS pixels for each of 28: this is row 9, column 15.
    inspector.point_at((155 / 280, 95 / 280))
    inspector.settle()
    assert widget.trace is not None
    value = float(widget.trace.tensor[9, 15])
    assert f"row 9, column 15: {value:.3f}, {round(255 * value)} of 255" in (
        inspector.sentence()
    )
    assert "left:150px;top:90px;width:10px" in inspector.html
    table = [int(cell.get_text()) for cell in inspector.page.select("table td")]
    around = np.rint(255 * widget.trace.tensor[6:13, 12:19]).astype(int)
    assert table == around.ravel().tolist()
    np.testing.assert_array_equal(
        inspector.pictures()[0],
        255 - np.rint(widget.trace.tensor * np.float32(255)),
    )


def test_arrow_keys_move_the_cursor_and_stop_at_the_edge(
    widget: DigitsWidget, inspector: PanelDriver
) -> None:
    widget.draw(sample(3))

    def is_at(place: str) -> bool:
        inspector.settle()
        return place in inspector.sentence()

    inspector.press_key("ArrowUp", "ArrowRight")
    assert is_at("row 13, column 15:")
    inspector.press_key(*["ArrowLeft"] * 3, shift=True)
    assert is_at("row 13, column 0:")
    inspector.press_key("Tab", "x")
    assert is_at("row 13, column 0:")
    inspector.choose("Picture", "Fit in a box")
    assert "Fit in a box" in inspector.sentence()
    widget.clear()
    assert "Draw a digit" in inspector.shown_text()


def pinned(strip: PanelDriver) -> list[str]:
    """Return what stands beside the mark in each tile; nothing without marks."""
    return [each.get_text() for each in strip.page.select(".digits-pin-value")]


def test_a_pixel_is_marked_in_every_step_until_it_is_clicked_again(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    widget.draw(sample(3))
    assert widget.trace is not None
    last = len(widget.trace) - 1
    row, column = np.unravel_index(widget.trace.tensor.argmax(), (28, 28))
    strip.report("pin", step=last, row=int(row), column=int(column))
    assert pinned(strip)[-1] == f"{widget.trace.tensor[row, column]:.2f}"
    assert len(pinned(strip)) == len(strip.page.select("svg .digits-pin")) == last + 1
    # It stays while the drawing changes, and while there is none.
    widget.draw(sample(1))
    assert pinned(strip)[-1] == f"{widget.trace.tensor[row, column]:.2f}"
    widget.clear()
    assert not pinned(strip)
    widget.undo()
    assert pinned(strip)
    strip.report("pin", step=last, row=int(row), column=int(column))
    assert not pinned(strip)
    strip.report("pin", step=0, row=0, column=0)
    assert pinned(strip)[:2] == ["0.00", "not here"]
    strip.report("unpin")
    assert not pinned(strip)


def test_other_steps_have_no_place_for_the_mark(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    widget.draw(sample(3))
    strip.report("pin", step=1, row=5, column=5)
    assert pinned(strip)
    widget.pipeline = "naive"
    assert not pinned(strip)
    # A click on a tile that has just gone.
    strip.report("pin", step=6, row=5, column=5)
    assert not pinned(strip)


def test_the_keyboard_marks_the_pixel_of_the_inspector(
    widget: DigitsWidget, strip: PanelDriver, inspector: PanelDriver
) -> None:
    widget.draw(sample(3))
    assert widget.trace is not None
    inspector.press_key("ArrowUp", " ")
    assert pinned(strip)[-1] == f"{widget.trace.tensor[13, 14]:.2f}"
    inspector.press_key("Escape")
    assert not pinned(strip)
    inspector.choose("Picture", "Fit in a box")
    inspector.press_key("Enter")
    fitted = widget.trace["fit"].shown
    assert pinned(strip)[3] == f"{fitted[13, min(14, fitted.shape[1] - 1)]:.2f}"
    inspector.press_key("Enter")
    assert not pinned(strip)


def gauges(strip: PanelDriver) -> dict[str, tuple[list[float], str]]:
    """Return where each gauge's band and mark are, in percent, and what it says."""
    found = {}
    for gauge in strip.page.select("li:has(.digits-gauge)"):
        places = re.findall(r"(?:left|width):([\d.]+)%", str(gauge))
        words = gauge.select_one(".digits-gauge")
        assert gauge.b
        assert words
        found[gauge.b.get_text()] = (
            [float(each) for each in places[:3]],
            words.get_text(" "),
        )
    return found


def test_every_gauge_has_a_scale_a_mark_and_numbers(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    strip.click("Is this like the training data?")
    widget.draw(sample(3))
    assert widget.trace is not None
    assert strip.shown_text().count("●") == 5
    assert "Like the training data" in strip.shown_text()
    for gauge in likeness(widget.trace.tensor).gauges:
        (begin, length, mark), words = gauges(strip)[gauge.title]
        assert begin == pytest.approx(100 * gauge.low / gauge.end, abs=0.01)
        assert begin + length == pytest.approx(100 * gauge.high / gauge.end, abs=0.02)
        assert mark == pytest.approx(100 * gauge.value / gauge.end, abs=0.01)
        assert words.split() == [*gauge.number.split(), "●", *dict.fromkeys(gauge.band)]
    assert gauges(strip)["Line thickness"][1].endswith("1.8 4.7")


def test_one_sentence_says_what_is_out_of_range_and_what_mends_it(
    widget: DigitsWidget, strip: PanelDriver
) -> None:
    strip.click("Is this like the training data?")
    assert "five gauges compare it" in strip.shown_text()
    blank = gauges(strip)
    widget.pipeline = "naive"
    widget.draw(SQUARE)
    unlike = strip.page.select("li.digits-unlike b")
    assert strip.shown_text().count("▲") == len(unlike) >= 2
    words = strip.shown_text()
    named = " and ".join(each.get_text().lower() for each in unlike)
    assert f"few digits with this {named}. To mend it, crop to the ink" in words
    assert words.count("MNIST has") == 1
    widget.clear()
    # The scales stay, without a mark.
    assert gauges(strip) == blank
    assert len(blank) == 5
    assert "●" not in strip.shown_text()
