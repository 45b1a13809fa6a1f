from __future__ import annotations

import io

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import ServerAbsentError
from digits_widget.explanation import EXPLANATIONS, Explanation
from digits_widget.findings import FINDINGS
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.session import is_question
from digits_widget.state import State
from digits_widget.steps import Centre
from digits_widget.trace import Trace
from digits_widget.widget import DigitsWidget
from digits_widget.widget.panels.confidences.confidences import sentence
from digits_widget.widget.static_png import static_png
from digits_widget.widget.status import Status
from tests.an_error import an_error
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

DRAWING = sample(3)
TRACE = PRESETS["mnist"](DRAWING)
PREDICTION = Prediction(np.array([5, 0, 4, 940, 2, 4, 1, 2, 41, 1]) / 1000)
ANSWERED = State(1, DRAWING, TRACE, PREDICTION)
WAITING = State(2, DRAWING, TRACE, previous=PREDICTION, waiting=True)
DOT = Drawing.from_points([[(0.5, 0.5)]])
CERTAIN = Prediction(np.array([0.1, 0, 0, 9999, 0, 0, 0, 0, 0, 0.9]) / 10_000)
FULL = PRESETS["mnist"](Drawing([Stroke([(0, 0.5), (1, 0.5)], width=1.0)]))
NO_INK = PRESETS["seed-2020"](
    Drawing([Stroke([(0.5, 0.2), (0.5, 0.8)], width=1 / 280)])
)
ERASED = Drawing([Stroke([(0.2, 0.5), (0.8, 0.5)], ink=False)])


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State(), "Draw a digit from 0 to 9."),
        (State(1, DOT), "One dot is not a digit yet. Draw on."),
        (ANSWERED, "3, sure"),
        (WAITING, "Asking the model …"),
        (State(1, DRAWING, TRACE), "No answer about this drawing."),
        (State(1, DRAWING, TRACE, CERTAIN), "3, sure"),
        (
            State(1, DRAWING, FULL),
            FINDINGS["full"].about("this drawing"),
        ),
        (
            State(1, DRAWING, NO_INK),
            FINDINGS["lost"].about("this drawing"),
        ),
        (State(1, ERASED), "Draw a digit from 0 to 9."),
    ],
)
def test_sentence(state: State, expected: str) -> None:
    assert sentence(state) == expected.replace("_", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("drawing", "trace"),
    [
        (DRAWING, TRACE),
        (DOT, TRACE),
        (DRAWING, FULL),
        (DRAWING, NO_INK),
        (ERASED, None),
    ],
)
def test_a_reason_is_given_where_nothing_is_asked_and_only_there(
    drawing: Drawing, trace: Trace | None
) -> None:
    assert bool(State(1, drawing, trace).no_prediction_reason) != is_question(
        drawing, trace
    )


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (ServerAbsentError("Nobody at <b>. Start it."), "Nobody at <b>. Start it."),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
    ],
)
def test_the_status_line_says_the_problem_and_folds_the_rest(
    look: Look, problem: Exception, words: str
) -> None:
    def fail(_image: object) -> Prediction:
        raise problem

    widget = DigitsWidget(predict=fail)
    page = look(widget.canvas)
    widget.draw(DRAWING)
    page.wait_until(page.problem)
    assert page.problem() == f"⚠ {words} Details"
    assert "Traceback" in page.html
    widget.clear()
    assert page.problem() == ""
    widget.close()


@pytest.mark.parametrize("explanation", EXPLANATIONS.values(), ids=lambda e: e.name)
def test_the_explanation_of_an_error_is_folded_below_its_message(
    explanation: Explanation,
) -> None:
    view = Status()
    view.show(State(problem=an_error(explanation.kind)))
    page = PanelDriver(view.widget)
    assert page.problem() == "⚠ Got it. Details"
    folded = BeautifulSoup(page.html, "html.parser").select_one("details")
    assert folded
    told = " ".join(each.text for each in folded.select("p"))
    text = " ".join(explanation.paragraphs).replace("`", "")
    assert told == f"{explanation.name}: {text}"


def test_an_error_of_ones_own_has_only_its_traceback() -> None:
    view = Status()
    view.show(State(problem=ZeroDivisionError("by <zero>")))
    assert "<p>" not in PanelDriver(view.widget).html


def test_notice_is_shown_when_there_is_no_problem() -> None:
    view = Status()
    view.show(State(notice="Starting …"))
    assert "Starting …" in PanelDriver(view.widget).shown_text()


@pytest.mark.parametrize("state", [State(), State(1, DOT), WAITING, ANSWERED])
def test_still_is_a_picture_of_every_state(state: State) -> None:
    with Image.open(io.BytesIO(static_png(state))) as picture:
        assert picture.width == 640
        assert picture.getextrema() != ((255, 255),) * 3


def test_still_has_a_row_of_tiles_for_each_strip_and_leaves_no_step_out() -> None:
    other = State(1, DRAWING, PRESETS["seed-2020"](DRAWING), PREDICTION)
    long = PRESETS["mnist"].replaced("centre", *[Centre()] * 5)(DRAWING)
    heights = [
        Image.open(io.BytesIO(static_png(ANSWERED, strips))).height
        for strips in (
            (),
            [("mnist", ANSWERED), ("seed-2020", other)],
            [("mnist", ANSWERED), ("long", State(1, DRAWING, long))],
        )
    ]
    one = heights[1] - heights[0]
    assert heights == [heights[0], heights[0] + one, heights[0] + 2 * one]
