from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import OptionError
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.drawing.player import END

Send = Callable[..., None]


class Answers:
    """Counts what is asked; the model's name is the share of ink."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.single = 0

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        self.single += 1
        return Prediction(np.full(10, 0.1), model=f"{image.mean():.4f}")

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        self.batches.append(len(images))
        return [
            Prediction(np.full(10, 0.1), model=f"{image.mean():.4f}")
            for image in images
        ]

    def client(self) -> None:
        """Return None: there is no server."""

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def answers(widget: DigitsWidget, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Return who answers the widget's batches."""
    answers = Answers()
    monkeypatch.setattr(widget._answerer, "many", answers.many)
    return answers


def slide(widget: DigitsWidget, share: int) -> None:
    widget._drawer.player._slider.value = share


def test_the_slider_rewinds_drawing_steps_and_bars_with_one_question(
    settled: Callable[[], None],
    widget: DigitsWidget,
    answers: Answers,
) -> None:
    widget.draw(sample(8))
    widget.wait()
    whole = widget.prediction
    for share in (50, 20, 75, 5):
        slide(widget, share)
    settled()
    for share in (50, 20, 75):
        slide(widget, share)
        state = widget._session.state
        assert state.is_past
        assert state.trace
        assert state.prediction
        assert state.prediction.model == f"{state.trace.tensor.mean():.4f}"
        assert 0 < sum(map(len, state.drawing)) < sum(map(len, sample(8)))
        assert widget.drawing == state.drawing == widget._pad._shown
    assert len(answers.batches) == 1
    slide(widget, END)
    assert widget.drawing == sample(8)
    assert widget.prediction is whole
    assert widget._pad._shown is None


def test_the_beginning_is_a_blank_sheet(
    settled: Callable[[], None],
    widget: DigitsWidget,
) -> None:
    widget.draw(sample(1))
    slide(widget, 0)
    settled()
    assert not widget.drawing
    assert widget.prediction is None
    assert widget._pad.drawing == sample(1)


def test_who_draws_while_looking_back_draws_on_the_whole_drawing(
    settled: Callable[[], None],
    widget: DigitsWidget,
    send: Send,
) -> None:
    widget.draw(sample(8))
    slide(widget, 40)
    settled()
    send("mouse_down", (0.1, 0.1))
    send("mouse_move", (0.2, 0.2))
    send("mouse_up", (0.2, 0.2))
    settled()
    assert widget.drawing.strokes[:-1] == sample(8).strokes
    assert widget._drawer.player._slider.value == END
    assert not widget._session.state.is_past


def test_undo_while_looking_back_undoes_the_whole_drawing(
    settled: Callable[[], None],
    widget: DigitsWidget,
) -> None:
    widget.draw(sample(8))
    slide(widget, 40)
    settled()
    widget.undo()
    settled()
    assert not widget.drawing
    assert not widget._pad.drawing
    assert widget._drawer.player._slider.value == END


def test_other_steps_while_looking_back_show_this_moment_by_them(
    settled: Callable[[], None],
    widget: DigitsWidget,
    answers: Answers,
) -> None:
    widget.draw(sample(8))
    slide(widget, 40)
    settled()
    widget.pipeline = "naive"
    settled()
    state = widget._session.state
    assert state.is_past
    assert state.trace
    assert state.trace.tensor.tolist() == (
        widget.pipeline(state.drawing).tensor.tolist()
    )
    assert len(answers.batches) == 2


def test_a_server_that_fails_still_lets_the_drawing_rewind(
    settled: Callable[[], None],
    widget: DigitsWidget,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_images: object) -> list[Prediction]:
        msg = "gone"
        raise OSError(msg)

    monkeypatch.setattr(widget._answerer, "many", fail)
    widget.draw(sample(8))
    slide(widget, 40)
    settled()
    assert widget.trace is not None
    assert str(widget.problem) == "gone"
    slide(widget, END)
    assert widget.drawing == sample(8)


def timed(points: int, seconds: float) -> Drawing:
    x = np.linspace(0.1, 0.9, points)
    return Drawing([Stroke(np.stack([x, x], 1), np.linspace(5, 5 + seconds, points))])


@pytest.mark.parametrize("drawing", [timed(20, 0.4), sample(7)], ids=["timed", "plain"])
def test_a_replay_grows_and_ends_with_the_whole_drawing(
    settled: Callable[[], None],
    widget: DigitsWidget,
    drawing: Drawing,
) -> None:
    widget.draw(drawing)
    widget.wait()
    shown: list[int] = []
    show = widget._pad.show

    def watch(moment: Drawing, *, of: Drawing) -> bool:
        shown.append(sum(map(len, moment)))
        return show(moment, of=of)

    widget._pad.show = watch  # type: ignore[method-assign]
    widget.replay(speed=8)
    settled()
    assert shown == sorted(shown)
    assert widget._pad._shown is None
    assert widget.drawing == drawing
    assert widget.prediction


def test_a_hand_ends_a_replay_and_loses_nothing(
    settled: Callable[[], None],
    widget: DigitsWidget,
    send: Send,
) -> None:
    drawing = timed(50, 60)
    widget.draw(drawing)
    widget.wait()
    looked = threading.Event()
    widget.observe(lambda _change: looked.set(), "drawing")
    widget.replay()
    assert looked.wait(20)
    send("mouse_down", (0.1, 0.9))
    send("mouse_move", (0.2, 0.9))
    send("mouse_up", (0.2, 0.9))
    settled()
    assert len(widget.drawing) == 2
    assert widget.drawing.strokes[0] == drawing.strokes[0]
    assert widget._drawer.player._button.description == "Replay"


def test_stop_shows_the_whole_drawing_at_once(
    settled: Callable[[], None],
    widget: DigitsWidget,
) -> None:
    widget.draw(timed(50, 60))
    widget.wait()
    button = widget._drawer.player._button
    button.click()
    assert button.description == "Stop"
    button.click()
    settled()
    assert button.description == "Replay"
    assert widget.drawing == timed(50, 60)


def test_a_replay_of_a_blank_sheet_does_nothing(widget: DigitsWidget) -> None:
    widget.replay()
    assert not widget.drawing


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_must_be_above_zero(widget: DigitsWidget, speed: float) -> None:
    with pytest.raises(OptionError, match="above 0"):
        widget.replay(speed=speed)
