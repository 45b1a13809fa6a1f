from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.errors import LogitsError
from digits_widget.logits import at_temperature
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.widget.confidences.confidences import Confidences, sentence
from digits_widget.widget.desk import Desk
from digits_widget.widget.server import Function
from tests.widget.desk_at_once import desk_at_once

DRAWING = sample(3)
TRACE = PRESETS["mnist"](DRAWING)
PREDICTION = Prediction(np.array([5, 0, 4, 940, 2, 4, 1, 2, 41, 1]) / 1000)
WAVERING = Prediction(np.array([0, 0, 10, 0, 480, 0, 20, 40, 0, 450]) / 1000)
ANSWERED = State(1, DRAWING, TRACE, PREDICTION)
WAITING = State(2, DRAWING, TRACE, previous=PREDICTION, waiting=True)
LOGITS = np.array([-8.0, 0, 1, 4, 0, 0, 0, 2.5, 0, 0])


def wavering(_image: NDArray[np.float32]) -> Prediction:
    return WAVERING


@pytest.fixture
def desk() -> Desk:
    return desk_at_once(Function(wavering))


@pytest.fixture
def view(desk: Desk) -> Confidences:
    return Confidences(desk)


def html(view: Confidences) -> str:
    return str(view.widget.children[0].value)


def press(view: Confidences, name: str, *, on: bool = True) -> None:
    (button,) = (b for b in view.widget.children[1].children if b.description == name)
    button.value = on


def test_bars_are_in_fixed_order_with_numbers_and_the_best_is_marked(
    view: Confidences,
) -> None:
    view.show(ANSWERED)
    assert re.findall(r"<th>(\d)</th>", html(view)) == list("0123456789")
    assert html(view).count("digits-best") == 1
    assert html(view).count("◀") == 1
    assert ">94.0<" in html(view)
    assert ">4.1<" in html(view)
    assert "digits-stale" not in html(view)


def test_stale_bars_are_dimmed_and_nothing_is_said_about_them(
    view: Confidences,
) -> None:
    view.show(WAITING)
    assert "digits-stale" in html(view)
    assert "bits of doubt" not in html(view)


def test_blank_has_no_digit_and_empty_bars(view: Confidences) -> None:
    view.show(ANSWERED)
    view.show(State(3))
    assert "digits-best" not in html(view)
    assert "width:0.00%" in html(view)
    assert not re.search(r"\d\.\d<", html(view))
    assert "Sure" not in html(view)


def test_margin_and_entropy_are_said_in_words(view: Confidences) -> None:
    view.show(ANSWERED)
    assert "Sure. 89.9 points ahead of the second, 0.43 of 3.32 bits" in html(view)
    view.show(State(2, DRAWING, TRACE, WAVERING))
    assert "Wavers between 4 and 9. 3.0 points ahead" in html(view)


def test_the_announced_sentence_says_when_it_is_not_sure(view: Confidences) -> None:
    view.show(State(2, DRAWING, TRACE, WAVERING))
    said = "Not sure: 4, 48.0_% confident, then 9, 45.0_%"
    announced = re.search(r'aria-live="polite">(.*?)</div>', html(view))
    assert announced
    assert announced[1] == said.replace("_", "\N{NO-BREAK SPACE}")


def test_temperature_counts_only_while_its_slider_is_open(view: Confidences) -> None:
    view.show(ANSWERED)
    plain = html(view)
    view._temperature.value = 4
    assert html(view) == plain
    press(view, "Temperature")
    warmed = at_temperature(PREDICTION, 4)
    assert f">{100 * warmed.confidence:.1f}<" in html(view)
    assert "At temperature 4: Not sure: 3" in html(view)
    assert html(view).count("digits-best") == 1
    view._temperature.value = 1
    assert html(view) == plain
    view._temperature.value = 0.5
    press(view, "Temperature", on=False)
    assert html(view) == plain


def test_logits_are_called_so_and_can_be_shown_as_confidences() -> None:
    desk = desk_at_once(Function(lambda _: Prediction(LOGITS)))
    view = Confidences(desk)
    desk.session.subscribe(view.show)
    button = view._softmax
    assert button.layout.display == "none"
    desk.session.draw(DRAWING)
    assert isinstance(desk.session.state.problem, LogitsError)
    assert "These are logits, not confidences: 3, +4.0, then 7, +2.5" in html(view)
    assert "margin-left:0.00%" not in html(view)
    assert ">\N{MINUS SIGN}8.0<" in html(view)
    assert "width:50.00%" in html(view)
    assert html(view).count("digits-best") == 1
    assert button.layout.display == ""
    button.value = True
    answer = desk.session.state.prediction
    assert answer is not None
    assert answer.confidences.sum() == pytest.approx(1)
    assert "The softmax of the model" in html(view)
    assert "logits, not" not in html(view)
    button.value = False
    assert "These are logits" in html(view)


@pytest.mark.parametrize("waits", [False, True])
def test_logits_about_an_older_drawing_are_dimmed(
    view: Confidences, *, waits: bool
) -> None:
    problem = LogitsError("Got logits.", logits=LOGITS[None])
    view.show(State(1, DRAWING, TRACE, problem=problem, waiting=waits))
    assert ("digits-stale" in html(view)) == waits


def test_over_time_asks_about_all_moments_in_one_call_once_it_is_open() -> None:
    batches = []

    class Counting(Function):
        def many(self, images: NDArray[np.float32]) -> list[Prediction]:
            batches.append(len(images))
            return super().many(images)

    desk = desk_at_once(Counting(wavering))
    view = Confidences(desk)
    desk.session.subscribe(view.show)
    desk.session.draw(sample(5))
    assert not batches
    press(view, "Over time")
    assert view._over_time.wait(20)
    (asked,) = batches
    assert 10 < asked <= 24
    assert (
        "It was 4 from the first answer on."
        in view.widget.children[2].children[0].value
    )
    assert view._over_time.body.value.count("digits-line-") == 2
    press(view, "Over time", on=False)
    desk.session.draw(sample(6))
    assert len(batches) == 1
    assert len(view.widget.children) == 2


def test_a_failure_over_time_is_shown_in_its_place() -> None:
    def fails(image: NDArray[np.float32]) -> Prediction:
        if len(seen) > 0:
            msg = "no more"
            raise RuntimeError(msg)
        seen.append(image)
        return WAVERING

    seen: list[NDArray[np.float32]] = []
    desk = desk_at_once(Function(fails))
    view = Confidences(desk)
    desk.session.subscribe(view.show)
    desk.session.draw(sample(5))
    press(view, "Over time")
    assert "no more" in view.widget.children[2].children[0].value


def test_a_sentence_at_temperature_one_is_the_models_own() -> None:
    assert sentence(ANSWERED, temperature=1) == sentence(ANSWERED)
