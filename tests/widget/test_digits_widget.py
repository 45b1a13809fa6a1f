from __future__ import annotations

import base64
import re
import subprocess
import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import (
    MissingExtraError,
    ServerAbsentError,
    UnknownMethodError,
)
from digits_widget.model_server import embedded
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.widget import DigitsWidget
from digits_widget.widget.recovery import Recovery
from digits_widget.widget.server import OwnServer

WAIT = 20.0


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
    tiles = widget._strip._lane._strip.value
    assert re.findall("<b>(.*?)</b>", tiles) == [*titles, "Answer"]
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
    assert "3, 91.0" in bundle["text/plain"]
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
    assert f"DigitsWidget.{name}: 3, 91.0" in bundle["text/plain"]
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
    assert "pip install" in widget.canvas.children[-1].value
    widget.close()


@pytest.mark.server
def test_own_server_starts_answers_is_shared_and_stops(
    settled: Callable[[], None],
) -> None:
    first, second = DigitsWidget(), DigitsWidget()
    notices = []
    first._session.subscribe(lambda state: notices.append(state.notice))
    first.draw(sample(3))
    second.draw(sample(8))
    answers = first.wait(120), second.wait(120)
    assert [answer.label for answer in answers if answer] == [3, 8]
    assert any("Starting" in notice for notice in notices)
    assert not notices[-1]
    server = OwnServer._server
    assert server is not None
    assert server.is_running
    first.close()
    second.draw(sample(1))
    assert second.wait(WAIT)
    second.close()
    settled()
    assert not server.is_running


@pytest.mark.server
def test_answers_of_a_named_server(model_server: EmbeddedServer) -> None:
    widget = DigitsWidget(server=model_server.target)
    for digit in range(10):
        widget.draw(sample(digit))
        answer = widget.wait(WAIT)
        assert answer is not None
        assert answer.model == "digits"
    widget.close()


def test_recovery_asks_again_only_while_the_server_does_not_answer() -> None:
    timers: list[tuple[float, Callable[[], None]]] = []

    def after(seconds: float, work: Callable[[], None]) -> threading.Timer:
        timers.append((seconds, work))
        return threading.Timer(seconds, work)

    def retry() -> None:
        pass

    seen = True
    recovery = Recovery(retry, after, lambda: seen)
    absent = ServerAbsentError("Nobody.")
    recovery.show(State())
    recovery.show(State(1, problem=absent, waiting=True))
    recovery.show(State(2, problem=ValueError()))
    assert not timers
    recovery.show(State(3, problem=absent))
    assert timers == [(1.0, retry)]
    seen = False
    recovery.show(State(4, problem=absent))
    assert len(timers) == 1


def test_blank_drawings_of_all_kinds_ask_nobody() -> None:
    asked = []

    def count(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        return Prediction(np.full(10, 0.1))

    widget = DigitsWidget(predict=count)
    widget.draw(Drawing())
    widget.draw(Drawing.from_points([[(0.5, 0.5)]]))
    assert widget.trace is not None
    assert "One dot" in widget._strip._lane._strip.value
    widget.draw(Drawing([Stroke([(0, 0.5), (1, 0.5)], width=1.0)]))
    assert widget.trace is not None
    assert "full of ink" in widget._strip._lane._strip.value
    widget.clear()
    assert widget.wait(WAIT) is None
    assert not asked
    widget.close()


def test_a_program_with_a_widget_ends() -> None:
    code = "from digits_widget import DigitsWidget; DigitsWidget(server='127.0.0.1:1')"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
