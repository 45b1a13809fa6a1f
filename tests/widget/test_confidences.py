from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.errors import LogitsError
from digits_widget.logits import at_temperature
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Held, Look
from tests.widget.panel_driver import Bar, PanelDriver

PREDICTION = Prediction(np.array([5, 0, 4, 940, 2, 4, 1, 2, 41, 1]) / 1000)
WAVERING = Prediction(np.array([0, 0, 10, 0, 480, 0, 20, 40, 0, 450]) / 1000)
LOGITS = np.array([-8.0, 0, 1, 4, 0, 0, 0, 2.5, 0, 0])


class Model:
    """Gives whatever answer it is told to; fails without one."""

    def __init__(self) -> None:
        self.answer: Prediction | None = PREDICTION

    def __call__(self, _image: NDArray[np.float32]) -> Prediction:
        if self.answer is None:
            msg = "no more"
            raise RuntimeError(msg)
        return self.answer


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def held(model: Model) -> Held:
    return Held(model)


@pytest.fixture
def widget(held: Held) -> Iterator[DigitsWidget]:
    widget = DigitsWidget(predict=held)
    yield widget
    widget.close()


@pytest.fixture
def view(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the bars, in a cell of their own, with an answer about a 3."""
    view = look(widget.bars)
    widget.draw(sample(3))
    view.settle()
    return view


def best(view: PanelDriver) -> list[Bar]:
    """Return the bars that are marked as the highest."""
    return [bar for bar in view.bars() if bar.mark == "◀"]


def test_bars_are_in_fixed_order_with_numbers_and_the_best_is_marked(
    view: PanelDriver,
) -> None:
    assert [bar.digit for bar in view.bars()] == list(range(10))
    (three,) = best(view)
    assert three.digit == 3
    assert len(view.page.select(".digits-best")) == 1
    assert three.number == "94.0"
    assert three.length == 94
    assert view.bars()[8].number == "4.1"
    assert not view.dimmed()


def test_stale_bars_are_dimmed_and_nothing_is_said_about_them(
    view: PanelDriver, widget: DigitsWidget, held: Held
) -> None:
    assert "runner-up" in view.shown_text()
    with held.held():
        widget.draw(sample(4))
        assert view.dimmed()
        assert view.bars()[3].number == "94.0"
        assert "runner-up" not in view.shown_text()


def test_blank_has_no_digit_and_empty_bars(
    view: PanelDriver, widget: DigitsWidget
) -> None:
    widget.clear()
    assert not best(view)
    assert {(bar.length, bar.number) for bar in view.bars()} == {(0.0, "")}
    assert "Sure" not in view.shown_text()


def test_certainty_is_said_in_words_and_entropy_in_the_details(
    view: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    said = "Sure: the runner-up, 8, has 4\N{NO-BREAK SPACE}%."
    assert said in view.shown_text()
    assert view.page.select('[title*="entropy 0.43 of 3.32 bits"]')
    model.answer = WAVERING
    widget.draw(sample(4))
    view.settle()
    assert "Wavers between 4 and 9." in view.shown_text()


def test_the_announced_sentence_says_when_it_is_not_sure(
    view: PanelDriver,
    widget: DigitsWidget,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aloud: list[str] = []
    # A screen reader hears what is sent to the page's own script.
    monkeypatch.setattr(widget._overlay, "send", lambda what: aloud.append(what["say"]))
    model.answer = WAVERING
    widget.draw(sample(4))
    said = "4 or 9: 48_% and 45_%"
    said = said.replace("_", "\N{NO-BREAK SPACE}")
    view.wait_for_sentence(said)
    view.wait_until(lambda: said in aloud)
    # Otherwise it would be read aloud whenever it changes, too.
    assert not view.page.select("[aria-live]")


def test_the_sentence_stays_while_an_answer_is_awaited(
    view: PanelDriver, widget: DigitsWidget, held: Held
) -> None:
    said = view.sentence()
    assert said == "3, sure"
    with held.held():
        widget.draw(sample(4))
        assert view.dimmed()
        assert view.sentence() == said


def test_temperature_counts_only_while_its_slider_is_open(view: PanelDriver) -> None:
    bars, said = view.bars(), "3, sure"

    def is_as_it_was() -> bool:
        view.wait_for_sentence(said)
        return view.bars() == bars

    assert is_as_it_was()
    view.click("Temperature")
    assert is_as_it_was()
    view.set("Temperature", 4)
    warmed = at_temperature(PREDICTION, 4)
    assert view.bars()[3].number == f"{100 * warmed.confidence:.1f}"
    doubt = "At temperature 4: Not sure, perhaps 3: "
    view.wait_until(lambda: view.sentence().startswith(doubt))
    assert len(best(view)) == 1
    view.click("Temperature")
    assert is_as_it_was()
    view.click("Temperature")
    view.set("Temperature", 1)
    assert is_as_it_was()
    view.set("Temperature", 0.5)
    assert view.bars() != bars
    view.click("Temperature")
    assert is_as_it_was()


def test_the_log_scale_shows_who_is_second_far_below_a_percent(
    view: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    confidences = np.full(10, 1e-15)
    confidences[[3, 8, 9, 5]] = 1, 1e-3, 1e-5, 1e-9
    model.answer = Prediction(confidences / confidences.sum())
    widget.draw(sample(3))
    view.wait_until(lambda: view.bars()[8].number == "0.1")
    assert {bar.number for bar in view.bars()} == {"99.9", "0.1", "0.0"}
    view.click("Log scale")
    bars = view.bars()
    assert best(view) == [bars[3]]
    numbers = [bars[digit].number for digit in (3, 8, 9, 5, 0)]
    assert numbers == ["99.9", "0.1", "0.001", "10-7", "10-13"]
    lengths = [bars[digit].length for digit in (3, 8, 9, 5, 0)]
    # Half of the track is 50 %; a quarter of it is odds of a million to one.
    assert lengths == pytest.approx([62.5, 37.5, 29.2, 12.5, 0], abs=0.1)
    assert sum(bar.length == 0 for bar in bars) == 6
    view.click("Log scale")
    assert view.bars()[8].number == "0.1"


def test_bars_can_be_sorted_and_the_digits_beside_them_go_along(
    view: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    shares = [0.1, 0.05, 0.02, 0.3, 0.03, 0.04, 0.06, 0.25, 0.07, 0.08]
    order = [3, 7, 0, 9, 8, 6, 1, 5, 4, 2]
    model.answer = Prediction(np.array(shares))
    widget.draw(sample(3))
    view.wait_until(lambda: view.bars()[3].number == "30.0")
    for _ in range(2):
        assert [bar.digit for bar in view.bars()] == list(range(10))
        view.click("Sorted")
        assert [bar.digit for bar in view.bars()] == order
        assert best(view) == [view.bars()[0]]
        targets = view.page.select(".digits-bar-targets button")
        assert [int(str(each["data-digit"])) for each in targets] == order
        view.click("Log scale")
        assert [bar.digit for bar in view.bars()] == order
        view.click("Sorted")


def test_logits_are_called_so_and_can_be_shown_as_confidences(
    view: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    assert not view.has("Show as confidences")
    model.answer = Prediction(LOGITS)
    widget.draw(sample(3))
    words = "These are logits, not confidences: 3, +4.0, then 7, +2.5"
    view.wait_for_sentence(words)
    assert isinstance(widget.problem, LogitsError)
    # To both sides of zero, the longest half a track long.
    low, three = view.bars()[0], view.bars()[3]
    assert (low.number, low.begin, low.length) == ("\N{MINUS SIGN}8.0", 0, 50)
    assert (three.number, three.begin, three.length) == ("+4.0", 50, 25)
    assert best(view) == [three]
    view.click("Sorted")
    assert [bar.digit for bar in view.bars()][:2] == [3, 7]
    view.click("Sorted")
    view.click("Show as confidences")
    view.wait_for("The softmax of the model")
    assert widget.prediction is not None
    assert widget.prediction.confidences.sum() == pytest.approx(1)
    view.wait_until(lambda: "logits, not" not in view.shown_text())
    view.click("Show as confidences")
    view.wait_for_sentence(words)


def test_logits_about_an_older_drawing_are_dimmed(
    view: PanelDriver, widget: DigitsWidget, model: Model, held: Held
) -> None:
    model.answer = Prediction(LOGITS)
    widget.draw(sample(3))
    view.wait_until(lambda: view.bars()[3].number == "+4.0")
    view.wait_until(lambda: not view.dimmed())
    with held.held():
        widget.draw(sample(4))
        assert view.bars()[3].number == "+4.0"
        assert view.dimmed()
    widget.clear()


def targets(view: PanelDriver) -> list[str]:
    """Return the buttons beside the bars that can be pressed, by their titles."""
    buttons = view.page.select(".digits-bar-targets button")
    assert len(buttons) == 10
    return [str(each["title"]) for each in buttons if not each.has_attr("disabled")]


def test_the_digits_beside_the_bars_are_buttons_once_there_is_an_answer(
    view: PanelDriver, widget: DigitsWidget, held: Held
) -> None:
    titles = targets(view)
    assert titles[8:] == ["Make it an 8", "Make it a 9"]
    assert len(titles) == 10
    # While a person draws on, they stay: only the bars are new.
    with held.held():
        widget.draw(sample(4))
        assert view.dimmed()
        assert targets(view) == titles
    view.settle()
    assert targets(view) == titles
    widget.clear()
    view.settle()
    assert not targets(view)
    with held.held():
        widget.draw(sample(3))
        assert not targets(view)


def test_logits_are_no_answer_that_could_become_another(
    view: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    model.answer = Prediction(LOGITS)
    widget.draw(sample(3))
    view.wait_until(lambda: not view.dimmed())
    assert not targets(view)


def lines(view: PanelDriver) -> int:
    """Return how many digits have a line in the chart."""
    return len(view.page.find_all("g", class_=re.compile("^digits-line-")))


def test_over_time_asks_about_all_moments_in_one_call_once_it_is_open(
    view: PanelDriver, widget: DigitsWidget, model: Model, batches: list[int]
) -> None:
    model.answer = WAVERING
    widget.draw(sample(5))
    view.settle()
    assert not batches
    view.click("Over time")
    view.settle()
    (asked,) = batches
    assert 10 < asked <= 24
    assert "It was 4 from the first answer on." in view.shown_text()
    assert lines(view) == 2
    view.click("Over time")
    widget.draw(sample(6))
    view.settle()
    assert len(batches) == 1
    assert "It was 4" not in view.shown_text()
    assert lines(view) == 0


def test_a_failure_over_time_is_shown_in_its_place(
    view: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    model.answer = None
    view.click("Over time")
    view.settle()
    assert "no more" in view.problem()
    assert widget.problem is None
    assert len(best(view)) == 1


MOMENT = "Moment of the drawing, in percent"
"""The slider on the chart."""


@pytest.fixture
def chart(view: PanelDriver, widget: DigitsWidget) -> PanelDriver:
    """Return the bars with the chart open, about an 8."""
    widget.draw(sample(8))
    view.click("Over time")
    view.settle()
    return view


def test_the_slider_on_the_chart_rewinds_drawing_and_bars(
    chart: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    total = sum(map(len, sample(8)))
    assert chart.limits(MOMENT) == (0, 100)
    assert chart.value(MOMENT) == 100
    batches.clear()
    for percent in (50, 25):
        chart.set(MOMENT, percent)
        chart.settle()
        shown = sum(map(len, widget.drawing)) / total
        assert 0 <= percent / 100 - shown <= 0.05
        assert chart.value(MOMENT) == percent
        assert "stroke 1 of" in chart.shown_text()
        assert lines(chart)
        assert "It was 3" in chart.shown_text()
    assert len(batches) == 1
    chart.set(MOMENT, 100)
    chart.settle()
    assert widget.drawing == sample(8)
    assert "stroke 1 of" not in chart.shown_text()


def test_the_slider_on_the_chart_follows_the_replay_and_a_new_stroke(
    chart: PanelDriver, widget: DigitsWidget, look: Look
) -> None:
    page = look(widget.canvas)
    page.click("More")
    page.set("Rewind the drawing, steps and bars", 25)
    assert 15 < chart.value(MOMENT) < 35
    page.stroke((0.1, 0.1), (0.2, 0.2))
    chart.settle()
    assert chart.value(MOMENT) == 100


def test_a_blank_sheet_has_no_moments(chart: PanelDriver, widget: DigitsWidget) -> None:
    widget.clear()
    chart.settle()
    assert not chart.has(MOMENT)
    widget.undo()
    chart.settle()
    assert chart.has(MOMENT)
