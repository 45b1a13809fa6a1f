from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import ServerAbsentError
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.session import is_question
from digits_widget.state import State
from digits_widget.steps import Centre
from digits_widget.trace import Trace
from digits_widget.widget.confidences.confidences import sentence
from digits_widget.widget.status import Status
from digits_widget.widget.still import still
from digits_widget.widget.unasked import why_unasked

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
        (ANSWERED, "3, 94.0_% confident, then 8, 4.1_%"),
        (WAITING, "Asking the model …"),
        (State(1, DRAWING, TRACE), "No answer about this drawing."),
        (State(1, DRAWING, TRACE, CERTAIN), "3, 100.0_% confident"),
        (
            State(1, DRAWING, FULL),
            "The paper is full of ink: no digit can be seen. Undo, or erase.",
        ),
        (
            State(1, DRAWING, NO_INK),
            "No ink is left after the steps. Draw thicker, or change the steps.",
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
    assert bool(why_unasked(State(1, drawing, trace))) != is_question(drawing, trace)


def test_status_says_the_problem_and_folds_the_rest() -> None:
    view = Status()
    view.show(State(1, problem=ServerAbsentError("Nobody at <b>. Start it.")))
    assert "Nobody at &lt;b&gt;. Start it." in view.widget.value
    assert "<details>" in view.widget.value
    view.show(State(2))
    assert "Nobody" not in view.widget.value


def test_status_names_an_error_that_is_not_ours() -> None:
    view = Status()
    view.show(State(1, problem=ZeroDivisionError("by zero")))
    assert "ZeroDivisionError: by zero" in view.widget.value


def test_notice_is_shown_when_there_is_no_problem() -> None:
    view = Status()
    view.show(State(notice="Starting …"))
    assert "Starting …" in view.widget.value


@pytest.mark.parametrize("state", [State(), State(1, DOT), WAITING, ANSWERED])
def test_still_is_a_picture_of_every_state(state: State) -> None:
    with Image.open(io.BytesIO(still(state))) as picture:
        assert picture.width == 640
        assert picture.getextrema() != ((255, 255),) * 3


def test_still_has_a_row_of_tiles_for_each_lane_and_leaves_no_step_out() -> None:
    other = State(1, DRAWING, PRESETS["seed-2020"](DRAWING), PREDICTION)
    long = PRESETS["mnist"].replaced("centre", *[Centre()] * 5)(DRAWING)
    heights = [
        Image.open(io.BytesIO(still(ANSWERED, lanes))).height
        for lanes in (
            (),
            [("mnist", ANSWERED), ("seed-2020", other)],
            [("mnist", ANSWERED), ("long", State(1, DRAWING, long))],
        )
    ]
    one = heights[1] - heights[0]
    assert heights == [heights[0], heights[0] + one, heights[0] + 2 * one]
