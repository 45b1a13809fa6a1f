"""The road: a station for every step, the request and the model; and its switch."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.certainty import describe
from digits_widget.drawing import Drawing
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from digits_widget.stroke import Stroke
from digits_widget.ways import WAYS
from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Held, Look, answer
from tests.widget.panel_driver import WAIT, PanelDriver


def stations(view: PanelDriver) -> list[str]:
    """Return the titles of the stations, in order."""
    return [title.text for title in view.page.select(".digits-station button > b")]


def captions(view: PanelDriver) -> list[str]:
    """Return what stands below the tiles."""
    return [each.text for each in view.page.select(".digits-station small")]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_step_has_a_station_in_order(preset: str, look: Look) -> None:
    widget = DigitsWidget(predict=answer, pipeline=preset)
    view = look(widget)
    expected = [shot.title for shot in PRESETS[preset](sample(3))]
    assert stations(view) == [*expected, "Request", "Model"]
    assert not view.page.select(".digits-station img")
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert widget.trace is not None
    assert stations(view) == [*expected, "Your function"]
    sizes = [f"{shot.shown.shape[1]}x{shot.shown.shape[0]}" for shot in widget.trace]
    assert captions(view) == [*sizes, "nothing is sent"]
    assert len(view.page.select(".digits-station img")) == len(expected)
    widget.close()


def test_a_small_picture_keeps_the_scale_of_the_tensor(look: Look) -> None:
    widget = DigitsWidget(predict=answer)
    view = look(widget)
    widget.draw(sample(1))
    assert widget.trace is not None
    pictures = view.page.select(".digits-station img")
    for shot, picture in zip(widget.trace, pictures, strict=True):
        rows, cols = shot.shown.shape[:2]
        size = [float(str(picture[side])) for side in ("width", "height")]
        if max(rows, cols) <= 28:
            assert size == [3 * cols, 3 * rows]
        else:
            assert max(size) == 84
    widget.close()


def test_an_older_answer_is_dimmed_and_arrives_only_once(look: Look) -> None:
    model = Held(answer)
    widget = DigitsWidget(predict=model)
    view = look(widget)

    def arrived() -> str:
        (road,) = view.page.select(".digits-road")
        return str(road["data-arrived"])

    assert not arrived()
    widget.draw(sample(3))
    widget.wait(WAIT)
    first = arrived()
    assert first
    with model.held():
        widget.draw(sample(4))
        assert not arrived()
        assert view.page.select(".digits-road.digits-stale")
    widget.wait(WAIT)
    view.wait_until(lambda: arrived() not in {"", first})
    assert not view.page.select(".digits-road.digits-stale")
    widget.close()


def test_a_station_says_what_it_did_and_which_panel_says_more(look: Look) -> None:
    widget = DigitsWidget(predict=answer)
    view = look(widget)
    widget.draw(sample(3))
    widget.wait(WAIT)
    assert widget.trace is not None
    buttons = view.page.select(".digits-station button")[: len(widget.trace)]
    for shot, button in zip(widget.trace, buttons, strict=True):
        assert str(button["aria-label"]).startswith(f"{shot.title}. {shot.caption}")
        assert view.has(str(button["data-opens"]))
    widget.close()


@pytest.mark.server
def test_request_and_model_tell_their_bytes(
    look: Look, model_server: EmbeddedServer
) -> None:
    widget = DigitsWidget(server=model_server.target)
    view = look(widget)
    widget.draw(sample(3))
    prediction = widget.wait(WAIT)
    assert prediction is not None
    view.wait_for(f"{prediction.request_bytes:,} bytes")
    assert stations(view)[-2:] == ["Request", "Model"]
    assert captions(view)[-1] == f"{prediction.response_bytes} bytes back"
    widget.close()


CORNER = Drawing(
    tuple(
        Stroke(0.05 + 0.3 * stroke.points, stroke.times, width=0.03)
        for stroke in sample(5)
    )
)
"""A small 5 in the corner of the paper: framing decides."""


@pytest.mark.server
def test_one_click_shows_the_answers_of_2020_and_of_today(
    look: Look, model_server: EmbeddedServer
) -> None:
    widget = DigitsWidget(server=model_server.target)
    view = look(widget)
    expected = {}
    for way in WAYS:
        with Client(model_server.target, version=way.version) as client:
            found = client.predict(PRESETS[way.preset](CORNER).tensor)
            assert isinstance(found, Prediction)
            expected[way] = describe(found)
    assert len(set(expected.values())) == 2
    widget.draw(CORNER)
    widget.wait(WAIT)
    for way in WAYS:
        view.click(way.name)
        for each in WAYS:
            view.wait_for(f"{each.name} {expected[each]}")
        prediction = widget.wait(WAIT)
        assert prediction is not None
        assert prediction.version == way.version
        assert widget.pipeline is PRESETS[way.preset]
        view.settle()
        (on,) = view.page.select(".digits-way-on b")
        assert on.text == expected[way]
    widget.close()


@pytest.mark.server
def test_other_steps_leave_the_switch_and_say_which_version_answers(
    look: Look, model_server: EmbeddedServer
) -> None:
    widget = DigitsWidget(server=model_server.target)
    view = look(widget)
    then, today = WAYS
    view.click(then.name)
    widget.draw(sample(2))
    view.wait_until(lambda: view.page.select(".digits-ways"))
    view.choose("Preset", "naive")
    view.wait_for("Version 1 answers, but with other steps: naive.")
    assert view.value(then.name) is None
    assert not view.page.select(".digits-ways")
    prediction = widget.wait(WAIT)
    assert prediction is not None
    assert prediction.version == then.version
    # By hand back to the steps of that way: it is taken again.
    view.choose("Preset", then.preset)
    view.wait_until(lambda: view.page.select(".digits-ways"))
    assert view.value(then.name) == then.name
    view.choose("Preset", "naive")
    view.wait_for("Version 1 answers")
    view.click(today.name)
    view.wait_until(lambda: view.page.select(".digits-ways"))
    assert "Version 1 answers" not in view.shown_text()
    prediction = widget.wait(WAIT)
    assert prediction is not None
    assert prediction.version == today.version
    assert widget.pipeline is PRESETS[today.preset]
    widget.close()


def test_a_function_has_no_versions_to_switch(look: Look) -> None:
    widget = DigitsWidget(predict=lambda _image: Prediction(np.full(10, 0.1)))
    assert not look(widget).has(WAYS[0].name)
    widget.close()
