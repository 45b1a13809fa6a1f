from __future__ import annotations

import base64
import io
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from ipywidgets import Widget
from numpy.typing import NDArray
from PIL import Image

from digits_widget.drawing import Drawing
from digits_widget.errors import DeadlineError
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.steps import STEPS, Centre, Crop, Dither, Fit, ToTensor
from digits_widget.steps.parameter import parameters, values
from digits_widget.strip import numbers
from digits_widget.widget import DigitsWidget
from digits_widget.widget.control import control, meant
from digits_widget.widget.filmstrip.filmstrip import Filmstrip
from digits_widget.widget.filmstrip.gauges import Gauges
from digits_widget.widget.filmstrip.inspector import Inspector
from digits_widget.widget.filmstrip.preset_menu import OWN, SENTENCES
from digits_widget.widget.filmstrip.second_lane import verdict
from digits_widget.widget.filmstrip.step_list import StepList

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
def strip(widget: DigitsWidget) -> Filmstrip:
    """Return the filmstrip of a widget that somebody looks at."""
    strip = widget._strip
    strip.widget._view_count = 1
    return strip


def tiles_of(strip: Filmstrip) -> str:
    return str(strip._lane._strip.value)


def pictures(html: str) -> list[NDArray[np.uint8]]:
    """Return the pixels of all pictures on a page."""
    pngs = re.findall(r"data:image/png;base64,([^\"]+)", html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))) for png in pngs]


def test_every_step_has_a_tile_with_words_and_numbers(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.draw(sample(3))
    html = tiles_of(strip)
    assert widget.trace is not None
    assert len(pictures(html)) == len(widget.trace)
    for shot in widget.trace:
        assert f"<b>{shot.title}</b>" in html
        assert f">{shot.caption}</p>" in html
        assert f"<small>{numbers(shot)}</small>" in html
    assert 'aria-label="Tensor, 28 by 28 pixels.' in html
    assert "(28, 28) float32, 0 to 1, mean" in html


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
    tile = pictures(tiles_of(widget._strip))[-1]
    np.testing.assert_array_equal(tile, 255 - np.rint(asked[-1] * np.float32(255)))
    widget.close()


@pytest.mark.parametrize("name", PRESETS)
def test_empty_tiles_stand_where_the_pictures_will_be(
    widget: DigitsWidget, strip: Filmstrip, name: str
) -> None:
    widget.pipeline = name
    empty = tiles_of(strip)
    titles = [shot.title for shot in PRESETS[name](sample(1))]
    assert re.findall("<b>(.*?)</b>", empty) == [*titles, "Answer"]
    assert not pictures(empty)
    widget.draw(sample(1))
    assert len(pictures(tiles_of(strip))) == len(titles)
    widget.clear()
    assert tiles_of(strip) == empty


def test_captions_cannot_break_the_page(widget: DigitsWidget, strip: Filmstrip) -> None:
    def half(image: NDArray[np.float32]) -> NDArray[np.float32]:
        return image * np.float32(0.5)

    half.__name__ = "<script>"
    widget.pipeline = PRESETS["mnist"].replaced("tensor", half, ToTensor())
    widget.draw(sample(3))
    steps(strip)
    assert "<script>" not in tiles_of(strip)


def test_the_crop_box_is_drawn_where_the_crop_was(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.draw(SQUARE)
    assert widget.trace is not None
    drawing, crop = re.findall(r"<li>(.*?)</li>", tiles_of(strip))[:2]
    assert 'viewBox="0 0 280 280"' in drawing
    left, top, right, bottom = widget.trace["crop"].decided["box"]
    place = f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"'
    assert drawing.count(f"{place}/>") == 2
    # The pen is 18 pixels wide, half of them outside of the line; faint ones are not
    # in the box.
    outer = 18 / 2
    wanted = (70 - outer, 140 - outer, 140 + outer, 210 + outer)
    assert (left, top, right, bottom) == pytest.approx(wanted, abs=1)
    assert "<rect" not in crop


def test_the_arrow_goes_from_the_centre_of_the_ink_to_where_it_was_moved(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.draw(SQUARE)
    assert widget.trace is not None
    source, moved = widget.trace["fit"], widget.trace["centre"]
    tile = re.findall(r"<li>(.*?)</li>", tiles_of(strip))[2]
    assert f'viewBox="0 0 {source.image.shape[1]} {source.image.shape[0]}"' in tile
    ends = re.findall(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)M', tile)[-1]
    # In SVG the middle of pixel 0 is at 0.5.
    wanted = np.array([*moved.decided["from"], *moved.decided["to"]]) + 0.5
    assert np.array(ends, float) == pytest.approx(wanted, abs=0.01)
    rows = source.image.sum(axis=1, dtype=float)
    balance = rows @ (np.arange(len(rows)) + 0.5) / rows.sum()
    assert float(ends[1]) == pytest.approx(balance, abs=0.01)


def test_the_answer_stands_at_the_end_and_is_dimmed_while_it_is_old(
    strip: Filmstrip,
) -> None:
    trace, seven = (
        PRESETS["mnist"](sample(7)),
        reads(np.full((28, 28), np.float32(0.5))),
    )
    strip.show(State(1, sample(7), trace, seven))
    assert ">7</div><p>91.0\N{NO-BREAK SPACE}% confident" in strip._lane._strip.value
    strip.show(State(2, sample(7), trace, previous=seven, waiting=True))
    assert "digits-stale" in strip._lane._strip.value
    strip.show(State(3))
    assert ">7<" not in strip._lane._strip.value


def test_every_preset_has_a_sentence() -> None:
    assert SENTENCES.keys() == PRESETS.keys()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_of_the_menu_is_the_widgets_pipeline(
    widget: DigitsWidget, strip: Filmstrip, name: str
) -> None:
    strip._menu._menu.value = name
    assert widget.pipeline is PRESETS[name]
    assert SENTENCES[name][:20] in strip._menu._sentence.value
    widget.pipeline = "mnist"
    assert strip._menu._menu.value == "mnist"
    widget.pipeline = name
    assert strip._menu._menu.value == name


def test_a_pipeline_of_ones_own_stays_in_the_menu(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    menu = strip._menu._menu
    menu.value = OWN
    # There are none yet: here they can be made.
    assert (menu.value, strip._steps.is_open) == ("mnist", True)
    own = Pipeline((Crop(), Fit(box=24), Centre(), ToTensor()))
    widget.pipeline = own
    assert menu.value == OWN
    menu.value = "naive"
    menu.value = OWN
    assert widget.pipeline is own


def steps(strip: Filmstrip) -> StepList:
    """Open the list of steps."""
    strip._steps.toggle.value = True
    assert isinstance(strip._steps.panel, StepList)
    return strip._steps.panel


def inspect(strip: Filmstrip) -> Inspector:
    """Open the pixel inspector."""
    strip._pixels.toggle.value = True
    assert isinstance(strip._pixels.panel, Inspector)
    return strip._pixels.panel


def row(strip: Filmstrip, name: str) -> dict[str, Widget]:
    """Return the controls of a step on the list, its switch and buttons among them."""
    bench = steps(strip)._bench
    assert bench is not None
    key = next(p.key for p in bench.places if getattr(p.step, "name", "") == name)
    found = steps(strip)._rows[key]
    earlier, later, repeat, remove = found.widget.children[2].children
    return {
        "on": found._switch,
        "earlier": earlier,
        "later": later,
        "repeat": repeat,
        "remove": remove,
        **found._controls,
    }


def listed(strip: Filmstrip) -> list[str]:
    """Return the titles on the list of steps, as they stand on the screen."""
    return [r.children[0].description for r in steps(strip)._list.children]


def titles(widget: DigitsWidget) -> list[str]:
    assert widget.trace is not None
    return [shot.title for shot in widget.trace]


def test_a_step_is_tuned_live(widget: DigitsWidget, strip: Filmstrip) -> None:
    widget.draw(sample(3))
    row(strip, "fit")["box"].value = 24
    assert widget.trace is not None
    assert max(widget.trace["fit"].image.shape) == 24
    assert "24x24 box" in tiles_of(strip)
    assert strip._menu._menu.value == OWN
    row(strip, "fit")["box"].value = 20
    assert widget.pipeline is PRESETS["mnist"]


def test_steps_are_left_out_repeated_removed_added_and_brought_back(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.draw(sample(3))
    before = titles(widget)
    row(strip, "crop")["on"].value = False
    assert titles(widget) == [name for name in before if name != "Crop to ink"]
    row(strip, "fit")["repeat"].click()
    assert titles(widget).count("Fit in a box") == listed(strip).count("Fit in a box")
    row(strip, "fit")["remove"].click()
    steps(strip)._more.value = next(kind for kind in STEPS if kind.name == "blur")
    add, reset = steps(strip).widget.children[2].children[1:]
    add.click()
    assert titles(widget)[-2:] == ["Blur", "Tensor"]
    reset.click()
    assert titles(widget) == before
    assert widget.pipeline is PRESETS["mnist"]
    assert row(strip, "crop")["on"].value


def test_a_wrong_order_explains_itself_and_the_last_good_one_goes_on(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.draw(sample(3))
    before = widget.trace
    row(strip, "fit")["later"].click()
    assert listed(strip)[3:5] == ["Centre", "Fit in a box"]
    assert "put Fit or Resize before Centre" in steps(strip)._problem.value
    assert widget.trace is before
    assert widget.problem is None
    row(strip, "centre")["later"].click()
    assert steps(strip)._problem.value == ""
    assert listed(strip)[3:5] == ["Fit in a box", "Centre"]
    before = widget.trace
    row(strip, "tensor")["remove"].click()
    assert "expected tensor once" in steps(strip)._problem.value
    assert widget.trace is before


def test_a_value_that_a_step_does_not_take_goes_back(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    row(strip, "tensor")["dtype"].value = "uint8"
    assert "Use scale=255" in steps(strip)._problem.value
    assert row(strip, "tensor")["dtype"].value == "float32"
    row(strip, "tensor")["scale"].value = 255.0
    assert steps(strip)._problem.value == ""
    assert isinstance(widget.pipeline, Pipeline)
    assert widget.pipeline.steps[-1] == ToTensor(scale=255.0)


def test_the_ends_of_the_list_go_no_further(strip: Filmstrip) -> None:
    assert row(strip, "flatten")["earlier"].disabled
    assert row(strip, "tensor")["later"].disabled
    assert not row(strip, "crop")["earlier"].disabled


def test_another_dithering_brings_its_own_options(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    steps(strip)._more.value = next(kind for kind in STEPS if kind.name == "dither")
    steps(strip).widget.children[2].children[1].click()
    assert "scan" in row(strip, "dither")
    row(strip, "dither")["method"].value = "bayer"
    assert "scan" not in row(strip, "dither")
    assert "transpose" in row(strip, "dither")
    row(strip, "dither")["like"].value = "libdither"
    row(strip, "dither")["like"].value = ""
    assert isinstance(widget.pipeline, Pipeline)
    assert Dither("bayer") in widget.pipeline.steps
    widget.draw(sample(3))
    assert "Dither" in titles(widget)


def test_a_function_cannot_be_taken_apart(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.pipeline = partial(PRESETS["naive"])
    assert "function of your own" in steps(strip)._list.children[0].value
    widget.pipeline = "naive"
    assert listed(strip)[-1] == "Tensor"


@pytest.mark.parametrize("kind", STEPS, ids=lambda kind: kind.name)
def test_every_parameter_of_every_step_has_a_control_with_its_name(
    kind: Callable[[], object],
) -> None:
    step = kind()
    chosen = values(step)  # type: ignore[arg-type]
    for name, parameter in parameters(step).items():  # type: ignore[arg-type]
        made = control(name, parameter, chosen[name])
        assert not parameter.choices or parameter.is_switch or made.index is not None
        assert meant(made.value) == chosen[name]
        assert made.description == name.replace("_", " ")
        if not parameter.choices:
            assert (made.min, made.max) == (parameter.low, parameter.high)
        made.close()


def compare(strip: Filmstrip, name: str) -> None:
    """Open the second lane."""
    strip._second._menu.value = name
    strip._second.toggle.value = True
    wait_for_second(strip)


def wait_for_second(strip: Filmstrip) -> None:
    """Wait until the second lane has drawn what the first one has, and an answer."""
    drawn = threading.Event()

    def look(state: State) -> None:
        if state.drawing is strip._state.drawing and not state.waiting:
            drawn.set()

    session = strip._second._session
    assert session is not None
    session.subscribe(look)
    look(session.state)
    assert drawn.wait(WAIT)
    session.wait(WAIT)


def test_two_lanes_show_the_same_drawing_and_say_what_has_changed(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.draw(sample(3))
    widget.wait(WAIT)
    compare(strip, "seed-2020-fixed")
    (first, one), (second, two) = strip.lanes
    assert (first, second) == ("mnist", "seed-2020-fixed")
    assert one.drawing is two.drawing
    words = re.sub("<.*?>", "", strip._second._words.value)
    assert words == (
        "≠ The steps changed the answer: mnist reads 7 (91.0\N{NO-BREAK SPACE}%), "
        "seed-2020-fixed reads 1 (91.0\N{NO-BREAK SPACE}%)."
    )
    assert ">1</div>" in strip._second._lane._strip.value
    assert "mnist" in strip._lane._name.value
    strip._second._menu.value = "naive"
    assert strip._second._session is not None
    strip._second._session.wait(WAIT)
    assert "The answer is the same" in strip._second._words.value
    strip._second.toggle.value = False
    assert strip.lanes == ()
    assert strip._lane._name.value == ""


def test_words_about_an_older_drawing_are_dimmed() -> None:
    strip = DigitsWidget(predict=reads)._strip
    strip.widget._view_count = 1
    strip.show(
        State(
            1,
            sample(3),
            PRESETS["mnist"](sample(3)),
            reads(np.ones((28, 28), np.float32)),
        )
    )
    compare(strip, "naive")
    assert "digits-stale" not in strip._second._words.value
    strip.show(State(2, sample(4), PRESETS["mnist"](sample(4)), waiting=True))
    assert "digits-stale" in strip._second._words.value
    strip.show(State(3))
    assert strip._second._words.value == ""


def test_a_second_lane_that_fails_leaves_the_first_one_alone(
    widget: DigitsWidget, strip: Filmstrip
) -> None:
    widget.draw(sample(3))
    compare(strip, "naive")
    assert strip._second._session is not None
    strip._second._session.report(DeadlineError("Too late. Wait."))
    assert "Too late. Wait." in strip._second._status.widget.value
    assert widget.problem is None


def test_what_nobody_sees_asks_nobody() -> None:
    asked: list[object] = []

    def answer(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        return reads(image)

    widget = DigitsWidget(predict=answer)
    strip = widget._strip
    strip._second.toggle.value = True
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert len(asked) == 1
    strip.widget._view_count = 1
    wait_for_second(strip)
    assert len(asked) == 2
    widget.close()


def test_verdict_speaks_english_about_steps_of_ones_own() -> None:
    state = State(prediction=reads(np.ones((28, 28), np.float32)))
    said = verdict((("your steps", state), ("<b>", state)))
    assert "your steps read <b>1</b>" in said
    assert "&lt;b&gt; reads" in said


def test_the_inspector_says_what_is_under_the_pointer(
    widget: DigitsWidget, strip: Filmstrip, settled: Callable[[], None]
) -> None:
    widget.draw(sample(3))
    inspector = inspect(strip)
    assert [value for _, value in inspector._menu.options] == [
        "raster",
        "crop",
        "fit",
        "centre",
        "tensor",
    ]
    assert inspector._menu.value == "tensor"
    # Ten CSS pixels for each: this is row 9, column 15.
    event = {"event": "mouse_move", "x": 155.0, "y": 95.0}
    inspector._canvas._handle_frontend_event(inspector._canvas, event, [])
    settled()
    assert widget.trace is not None
    value = float(widget.trace.tensor[9, 15])
    assert f"row 9, column 15: <b>{value:.3f}</b>, {round(255 * value)} of 255" in (
        inspector._numbers.value
    )
    assert "left:150px;top:90px;width:10px" in inspector._cursor.value
    table = re.findall(r"<td[^>]*>(\d*)</td>", inspector._numbers.value)
    around = np.rint(255 * widget.trace.tensor[6:13, 12:19]).astype(int)
    assert list(map(int, table)) == around.ravel().tolist()
    np.testing.assert_array_equal(
        pictures(inspector._picture.value)[0],
        255 - np.rint(widget.trace.tensor * np.float32(255)),
    )


def test_arrow_keys_move_the_cursor_and_stop_at_the_edge(
    widget: DigitsWidget, strip: Filmstrip, settled: Callable[[], None]
) -> None:
    widget.draw(sample(3))
    inspector = inspect(strip)

    def press(key: str, *, shift: bool = False) -> None:
        event = {
            "event": "key_down",
            "key": key,
            "shift_key": shift,
            "ctrl_key": False,
            "meta_key": False,
        }
        inspector._canvas._handle_frontend_event(inspector._canvas, event, [])

    press("ArrowUp")
    press("ArrowRight")
    assert inspector._at == (13, 15)
    for _ in range(3):
        press("ArrowLeft", shift=True)
    assert inspector._at == (13, 0)
    press("Tab")
    press("x")
    assert inspector._at == (13, 0)
    settled()
    assert "row 13, column 0" in inspector._numbers.value
    inspector._menu.value = "fit"
    assert "Fit in a box" in inspector._numbers.value
    widget.clear()
    assert "Draw a digit" in inspector._numbers.value


def test_every_gauge_has_a_scale_a_mark_and_a_sentence() -> None:
    gauges = Gauges()
    gauges.show(State(1, sample(3), PRESETS["mnist"](sample(3))))
    assert gauges.widget.value.count("●") == 5
    assert "Like the training data" in gauges.widget.value
    gauges.show(State(2, SQUARE, PRESETS["naive"](SQUARE)))
    html = gauges.widget.value
    assert html.count("▲") == html.count('class="digits-unlike"') >= 2
    assert "Crop to the ink and fit it in 20x20" in html
    gauges.show(State(3))
    assert "Draw a digit" in gauges.widget.value
