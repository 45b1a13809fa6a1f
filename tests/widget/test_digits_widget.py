from __future__ import annotations

import base64
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import (
    MissingExtraError,
    NotTenError,
    ServerAbsentError,
    UnknownMethodError,
)
from digits_widget.model_server import embedded
from digits_widget.model_server.embedded import EmbeddedServer, first_free_ports
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.widget import DigitsWidget
from digits_widget.widget.predictors import EmbeddedPredictor, _started
from tests.widget.conftest import Clock, Held, Look
from tests.widget.panel_driver import PanelDriver

WAIT = 20.0

RETRY = 1.0
"""Seconds after which a server that did not answer is asked again."""


def unsure(_image: NDArray[np.float32]) -> Prediction:
    """Answer that all ten are alike."""
    return Prediction(np.full(10, 0.1))


def test_code_draws_as_the_hand_does(widget: DigitsWidget) -> None:
    widget.draw(sample(3))
    assert widget.drawing == sample(3)
    assert widget.trace is not None
    answer = widget.wait(WAIT)
    assert answer is not None
    assert answer is widget.prediction
    assert answer.label == 3
    widget.clear()
    assert not widget.drawing
    assert widget.prediction is None
    widget.undo()
    assert widget.drawing == sample(3)
    widget.undo()
    widget.redo()
    assert widget.drawing == sample(3)


def test_traits_can_be_observed_and_not_set(widget: DigitsWidget) -> None:
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), names="prediction")
    widget.draw(sample(3))
    assert seen == [widget.wait(WAIT)]
    with pytest.raises(Exception, match="read-only"):
        widget.prediction = None


def test_an_observer_that_fails_is_shown_and_stops_nothing(
    widget: DigitsWidget,
) -> None:
    def fail(_change: object) -> None:
        msg = "my own mistake"
        raise RuntimeError(msg)

    widget.observe(fail, names="drawing")
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert str(widget.problem) == "my own mistake"
    assert widget.trace is not None


def test_an_observer_may_clear(widget: DigitsWidget) -> None:
    def clear(change: dict[str, object]) -> None:
        if change["new"]:
            widget.clear()

    widget.observe(clear, names="prediction")
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert not widget.drawing


def test_more_views_are_told_and_their_failures_shown() -> None:
    class View:
        def show(self, state: State) -> None:
            if state.drawing:
                msg = "my own view"
                raise RuntimeError(msg)

    widget = DigitsWidget(predict=unsure, views=[View()])
    widget.draw(sample(3))
    assert str(widget.problem) == "my own view"
    widget.close()


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_is_a_pipeline_by_name(name: str) -> None:
    widget = DigitsWidget(predict=unsure, pipeline=name)
    widget.draw(sample(7))
    assert widget.trace is not None
    titles = [shot.title for shot in widget.trace]
    widget.clear()
    (shown,) = PanelDriver(widget.filmstrip).strips()
    assert [tile.title for tile in shown.tiles] == titles
    assert shown.answer == "?"
    widget.close()


def test_unknown_pipeline_lists_the_known() -> None:
    with pytest.raises(UnknownMethodError, match="mnist"):
        DigitsWidget(predict=unsure, pipeline="nist")


def test_unknown_keywords_are_refused() -> None:
    with pytest.raises(TypeError):
        DigitsWidget(colour="red")  # type: ignore[call-arg]


def test_fallback_is_a_picture_and_a_sentence(widget: DigitsWidget) -> None:
    widget.draw(sample(3))
    widget.wait(WAIT)
    bundle = widget._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert "3, sure" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


@pytest.mark.parametrize(
    "name",
    ["canvas", "bars", "filmstrip", "dithering", "compare", "why", "wire", "model"],
)
def test_a_part_alone_falls_back_to_the_same_picture(
    name: str, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    widget.wait(WAIT)
    bundle = getattr(widget, name)._repr_mimebundle_()
    assert bundle["image/png"] == widget._repr_mimebundle_()["image/png"]
    assert f"DigitsWidget.{name}: 3, sure" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_no_thread_stays_when_nothing_happens(
    widget: DigitsWidget, settled: Callable[[], None]
) -> None:
    widget.draw(sample(3))
    widget.wait(WAIT)
    settled()
    assert not [x for x in threading.enumerate() if isinstance(x, threading.Timer)]


def test_a_server_that_is_not_there_is_a_problem_and_drawing_goes_on() -> None:
    widget = DigitsWidget(server="127.0.0.1:1")
    widget.draw(sample(3))
    assert widget.wait(WAIT) is None
    assert isinstance(widget.problem, ServerAbsentError)
    widget.draw(sample(4))
    assert widget.trace is not None
    widget.close()


def test_environment_names_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITS_SERVER", "127.0.0.1:1")
    widget = DigitsWidget()
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert "127.0.0.1:1" in str(widget.problem)
    widget.close()


def test_without_the_extra_the_problem_says_how_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_arguments: object, **_keywords: object) -> None:
        msg = 'TensorFlow is not installed: pip install "digits-widget[server]".'
        raise MissingExtraError(msg)

    monkeypatch.setattr(embedded.EmbeddedServer, "start", missing)
    widget = DigitsWidget()
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert isinstance(widget.problem, MissingExtraError)
    assert "pip install" in PanelDriver(widget.canvas).problem()
    widget.close()


@pytest.mark.server
def test_own_server_starts_answers_is_shared_and_stops(
    settled: Callable[[], None],
) -> None:
    class Notices(list[str]):
        def show(self, state: State) -> None:
            self.append(state.notice)

    notices = Notices()
    first, second = DigitsWidget(views=[notices]), DigitsWidget()
    first.draw(sample(3))
    second.draw(sample(8))
    answers = first.wait(120), second.wait(120)
    assert [answer.label for answer in answers if answer] == [3, 8]
    assert any("Starting" in notice for notice in notices)
    assert not notices[-1]
    # What was started for both of them is seen by nobody but this class.
    server = EmbeddedPredictor._server
    assert server is not None
    assert server.is_running
    first.close()
    second.draw(sample(1))
    assert second.wait(WAIT)
    second.close()
    settled()
    assert not server.is_running


@pytest.mark.server
def test_a_server_that_is_down_is_said_once_and_started_by_a_button(
    settled: Callable[[], None],
) -> None:
    target = f"127.0.0.1:{first_free_ports([8600])[0]}"
    widget = DigitsWidget(server=target)
    person = PanelDriver(widget).see()
    person.click("Dithering")
    assert not person.has("Start one")
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert person.shown_text().count(f"server at {target} is not running.") == 1
    assert len(person.page.select('[role="alert"]')) == 1
    person.click("Start one")
    deadline = time.monotonic() + 120
    while widget.prediction is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert widget.prediction.label == 3
    assert "is not running" not in person.shown_text()
    assert not person.has("Start one")
    widget.close()
    _started.pop(target).stop()
    settled()


@pytest.mark.parametrize(
    ("target", "model"),
    [("models.invalid:8500", "digits"), ("127.0.0.1:1", "mine")],
)
def test_only_what_an_embedded_server_can_stand_for_is_offered(
    target: str, model: str
) -> None:
    widget = DigitsWidget(server=target, model=model)
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert isinstance(widget.problem, ServerAbsentError)
    assert not PanelDriver(widget).has("Start one")
    widget.close()


@pytest.mark.server
def test_answers_of_a_named_server(model_server: EmbeddedServer) -> None:
    widget = DigitsWidget(server=model_server.target)
    for digit in range(10):
        widget.draw(sample(digit))
        answer = widget.wait(WAIT)
        assert answer is not None
        assert answer.model == "digits"
    widget.close()


def test_an_absent_server_is_asked_again_each_second_while_somebody_looks(
    clock: Clock, look: Look
) -> None:
    asked: list[object] = []

    def absent(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        msg = "Nobody."
        raise ServerAbsentError(msg)

    model = Held(absent)
    widget = DigitsWidget(predict=model)
    page = look(widget)
    widget.draw(sample(3))
    page.settle()
    assert clock.waiting(RETRY) == 1
    with model.held():
        clock.go_on()
        page.wait_until(lambda: model.waiting)
        assert clock.waiting(RETRY) == 0
    page.settle()
    assert len(asked) == 2
    assert clock.waiting(RETRY) == 1
    page.leave()
    clock.go_on()
    page.settle()
    assert clock.waiting(RETRY) == 0
    # Who comes back sees it asked again.
    page.see()
    assert clock.waiting(RETRY) == 1
    widget.clear()
    page.settle()
    assert clock.waiting(RETRY) == 0
    widget.close()


@pytest.mark.parametrize(
    "problem", [ValueError("my own mistake"), NotTenError("Nine numbers.")]
)
def test_a_problem_that_cannot_pass_is_not_asked_about_again(
    clock: Clock, look: Look, problem: Exception
) -> None:
    def fail(_image: object) -> Prediction:
        raise problem

    widget = DigitsWidget(predict=fail)
    page = look(widget)
    widget.draw(sample(3))
    page.settle()
    assert str(problem) in page.problem()
    assert clock.waiting(RETRY) == 0
    widget.close()


def test_blank_drawings_of_all_kinds_ask_nobody() -> None:
    asked = []

    def count(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        return Prediction(np.full(10, 0.1))

    widget = DigitsWidget(predict=count)
    steps = PanelDriver(widget.filmstrip)
    widget.draw(Drawing())
    widget.draw(Drawing.from_points([[(0.5, 0.5)]]))
    assert widget.trace is not None
    assert "One dot" in steps.strips()[0].remark
    widget.draw(Drawing([Stroke([(0, 0.5), (1, 0.5)], width=1.0)]))
    assert widget.trace is not None
    assert "Ink covers nearly all of" in steps.strips()[0].remark
    widget.clear()
    assert widget.wait(WAIT) is None
    assert not asked
    widget.close()


def test_a_program_with_a_widget_ends() -> None:
    code = "from digits_widget import DigitsWidget; DigitsWidget(server='127.0.0.1:1')"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
