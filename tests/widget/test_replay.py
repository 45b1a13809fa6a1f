from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import OptionError
from digits_widget.insight.prefixes import until
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.canvas import replay
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

END = 100
"""Of the slider: the whole drawing."""

SLIDER = "Rewind the drawing, steps and bars"


class Model:
    """Answers with a name that is the share of ink; fails when told to."""

    def __init__(self) -> None:
        self.fails = False

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        if self.fails:
            msg = "gone"
            raise OSError(msg)
        return Prediction(np.full(10, 0.1), model=f"{image.mean():.4f}")


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def widget(model: Model) -> Iterator[DigitsWidget]:
    widget = DigitsWidget(predict=model)
    yield widget
    widget.close()


@pytest.fixture
def page(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the paper with More open."""
    page = look(widget.canvas)
    page.click("More")
    return page


def is_past(page: PanelDriver) -> bool:
    """Whether it is said that this is an earlier moment of the drawing."""
    words = re.search(r"Before the first stroke|stroke \d of \d", page.shown_text())
    return bool(words)


def test_the_slider_rewinds_drawing_steps_and_bars_with_one_question(
    widget: DigitsWidget, page: PanelDriver, batches: list[int]
) -> None:
    paper = page.paper()
    widget.draw(sample(8))
    widget.wait()
    whole = widget.prediction
    for share in (50, 20, 75, 5):
        page.set(SLIDER, share)
    page.settle()
    steps = PanelDriver(widget.filmstrip)
    for share in (50, 20, 75):
        page.set(SLIDER, share)
        page.settle()
        assert is_past(page)
        assert widget.trace
        assert widget.prediction
        assert widget.prediction.model == f"{widget.trace.tensor.mean():.4f}"
        assert 0 < sum(map(len, widget.drawing)) < sum(map(len, sample(8)))
        assert paper.has(widget.drawing)
        tensor = 255 - np.rint(widget.trace.tensor * np.float32(255))
        np.testing.assert_array_equal(steps.tiles()[-1].picture, tensor)
    assert len(batches) == 1
    page.set(SLIDER, END)
    page.settle()
    assert not is_past(page)
    assert widget.drawing == sample(8)
    assert widget.prediction is whole
    assert paper.has(sample(8))


def test_the_beginning_is_a_blank_sheet(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    paper = page.paper()
    widget.draw(sample(1))
    page.set(SLIDER, 0)
    page.settle()
    assert not widget.drawing
    assert widget.prediction is None
    assert paper.has(Drawing())
    page.set(SLIDER, END)
    page.settle()
    assert widget.drawing == sample(1)


def test_who_draws_while_looking_back_draws_on_the_whole_drawing(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    widget.draw(sample(8))
    page.set(SLIDER, 40)
    page.settle()
    page.stroke((0.1, 0.1), (0.2, 0.2))
    page.settle()
    assert widget.drawing.strokes[:-1] == sample(8).strokes
    assert page.value(SLIDER) == END
    assert not is_past(page)


def test_undo_while_looking_back_undoes_the_whole_drawing(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    paper = page.paper()
    widget.draw(sample(8))
    page.set(SLIDER, 40)
    page.settle()
    page.click("Undo")
    page.settle()
    assert not widget.drawing
    assert paper.has(Drawing())
    assert page.value(SLIDER) == END


def test_other_steps_while_looking_back_show_this_moment_by_them(
    widget: DigitsWidget, page: PanelDriver, batches: list[int]
) -> None:
    widget.draw(sample(8))
    page.set(SLIDER, 40)
    page.settle()
    widget.pipeline = "naive"
    page.settle()
    assert is_past(page)
    assert widget.trace
    assert widget.trace.tensor.tolist() == (
        widget.pipeline(widget.drawing).tensor.tolist()
    )
    assert len(batches) == 2


def test_a_server_that_fails_still_lets_the_drawing_rewind(
    widget: DigitsWidget, page: PanelDriver, model: Model
) -> None:
    widget.draw(sample(8))
    widget.wait()
    model.fails = True
    page.set(SLIDER, 40)
    page.settle()
    assert widget.trace is not None
    assert str(widget.problem) == "gone"
    assert "gone" in page.problem()
    page.set(SLIDER, END)
    assert widget.drawing == sample(8)


def timed(points: int, seconds: float) -> Drawing:
    x = np.linspace(0.1, 0.9, points)
    return Drawing([Stroke(np.stack([x, x], 1), np.linspace(5, 5 + seconds, points))])


@pytest.mark.parametrize("drawing", [timed(20, 0.4), sample(7)], ids=["timed", "plain"])
def test_a_replay_grows_and_ends_with_the_whole_drawing(
    widget: DigitsWidget, page: PanelDriver, drawing: Drawing
) -> None:
    paper = page.paper()
    widget.draw(drawing)
    page.settle()
    assert paper.has(drawing)
    before = len(paper.sheets)
    widget.replay(speed=8)
    page.settle()
    shown = [sum(map(len, sheet)) for sheet in paper.sheets[before:]]
    assert shown == sorted(shown)
    assert paper.has(drawing)
    assert not is_past(page)
    assert widget.drawing == drawing
    assert widget.prediction


def test_a_hand_ends_a_replay_and_loses_nothing(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    drawing = timed(50, 60)
    widget.draw(drawing)
    widget.wait()
    looked = threading.Event()
    widget.observe(lambda _change: looked.set(), "drawing")
    page.click("Replay")
    assert looked.wait(20)
    page.stroke((0.1, 0.9), (0.2, 0.9))
    page.settle()
    assert len(widget.drawing) == 2
    assert widget.drawing.strokes[0] == drawing.strokes[0]
    assert page.has("Replay")
    assert not page.has("Stop")


def test_stop_shows_the_whole_drawing_at_once(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    widget.draw(timed(50, 60))
    widget.wait()
    page.click("Replay")
    assert not page.has("Replay")
    page.click("Stop")
    page.settle()
    assert page.has("Replay")
    assert widget.drawing == timed(50, 60)


@pytest.mark.parametrize("buttons", [["Stop"], ["Undo", "Redo"]])
def test_a_moment_that_comes_late_does_not_stay_on_the_paper(
    widget: DigitsWidget,
    page: PanelDriver,
    monkeypatch: pytest.MonkeyPatch,
    buttons: list[str],
) -> None:
    paper = page.paper()
    widget.draw(timed(50, 60))
    widget.wait()
    is_cutting, is_over = threading.Event(), threading.Event()

    def cut(drawing: Drawing, points: int) -> Drawing:
        is_cutting.set()
        is_over.wait(0.5)
        return until(drawing, points)

    # A replay is slow beside a load: it is stopped while it makes the next moment.
    monkeypatch.setattr(replay, "until", cut)
    page.click("Replay")
    assert is_cutting.wait(20)
    for button in buttons:
        page.click(button)
    is_over.set()
    page.settle()
    assert paper.has(timed(50, 60))
    assert not is_past(page)
    assert widget.drawing == timed(50, 60)


def test_a_replay_of_a_blank_sheet_does_nothing(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    assert not page.is_enabled("Replay")
    widget.replay()
    assert not widget.drawing


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_must_be_above_zero(widget: DigitsWidget, speed: float) -> None:
    with pytest.raises(OptionError, match="above 0"):
        widget.replay(speed=speed)
