from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import predict_pb2

from digits_widget.drawing import Drawing
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.prediction import Prediction
from digits_widget.protocol.tensors import from_tensor_proto
from digits_widget.samples import sample
from digits_widget.serving import Client
from digits_widget.widget import DigitsWidget
from digits_widget.widget.predictors import rest_at
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

pytestmark = pytest.mark.server

BLANK = "Draw a digit, and see the bytes that ask about it."


@pytest.fixture
def widget(model_server: EmbeddedServer) -> Iterator[DigitsWidget]:
    """Make a widget that asks the real server."""
    widget = DigitsWidget(server=model_server.target, version=1)
    yield widget
    widget.close()


@pytest.fixture
def panel(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the panel, in a cell of its own, with a 3 that was asked about."""
    panel = look(widget.wire)
    widget.draw(sample(3))
    panel.wait_until(lambda: "bytes out" in panel.sentence())
    return panel


def rows(panel: PanelDriver) -> int:
    """Return how many rows the table of a message has."""
    (caption,) = panel.page.select("caption")
    assert caption.parent
    return len(caption.parent.select("tr"))


def pasted(panel: PanelDriver) -> str:
    """Return the text that is shown to be copied."""
    (text,) = panel.page.select("pre")
    return text.get_text()


def test_the_tensor_of_the_request_is_that_of_the_drawing(
    widget: DigitsWidget, panel: PanelDriver
) -> None:
    assert "value for value" in panel.shown_text()
    panel.click("Every number")
    panel.choose("Show", "Text")
    request, response = pasted(panel).split("\n\n")
    question = text_format.Parse(request, predict_pb2.PredictRequest())
    answer = text_format.Parse(response, predict_pb2.PredictResponse())
    (sent,) = question.inputs.values()
    assert widget.trace is not None
    assert np.array_equal(from_tensor_proto(sent).reshape(28, 28), widget.trace.tensor)
    (scores,) = answer.outputs.values()
    assert widget.prediction is not None
    assert from_tensor_proto(scores).argmax() == widget.prediction.label
    assert f"{question.ByteSize():,} bytes out" in panel.sentence()
    assert f"{answer.ByteSize():,} back" in panel.sentence()
    assert "version 1" in panel.sentence()


def test_every_byte_is_named_and_the_image_is_folded(panel: PanelDriver) -> None:
    for name in ("model_spec", "signature_name", "tensor_content", "tensor_shape"):
        assert name in panel.shown_text()
    assert rows(panel) < 40
    assert "the image" in panel.shown_text()
    assert not panel.page.select("table pre")
    panel.click("Every number")
    assert len(panel.page.select("table pre")) == 28
    panel.choose("Show", "Response")
    assert "float_val" in panel.shown_text()
    assert "PredictResponse" in panel.shown_text()


def test_text_and_commands_can_be_pasted(
    panel: PanelDriver, model_server: EmbeddedServer
) -> None:
    panel.choose("Show", "Text")
    assert "model_spec {" in pasted(panel)
    folded = len(pasted(panel))
    panel.click("Every number")
    assert len(pasted(panel)) > 2 * folded
    for view, words in (
        ("grpcurl", model_server.target),
        ("curl", "curl --silent"),
        ("Python", "from digits_widget.serving import Client"),
    ):
        panel.choose("Show", view)
        assert words in pasted(panel)
        assert panel.page.select("button.digits-copy + .digits-scroll .digits-paste")
        assert panel.page.select("pre.digits-paste")


def test_nothing_is_asked_to_show_the_bytes_that_went(
    widget: DigitsWidget, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget.draw(sample(3))
    answer = widget.wait()
    assert answer is not None

    def refuse(*_arguments: object, **_keywords: object) -> None:
        msg = "asked again"
        raise AssertionError(msg)

    for name in ("predict", "capture"):
        monkeypatch.setattr(Client, name, refuse)
    panel = look(widget.wire)
    panel.wait_until(lambda: "bytes out" in panel.sentence())
    assert f"{len(answer.request):,} bytes out" in panel.sentence()
    assert f"{len(answer.response):,} back" in panel.sentence()
    assert "very bytes that went" in panel.shown_text()


def test_a_moment_of_a_replay_is_asked_about_once_more(
    widget: DigitsWidget, look: Look
) -> None:
    page = look(widget)
    widget.draw(sample(3))
    widget.wait()
    page.open_panel("Wire")
    page.click("More")
    page.set("Rewind the drawing, steps and bars", 60)
    page.wait_for("asked about once more")


def test_the_other_packing_is_shown_and_not_sent(panel: PanelDriver) -> None:
    said = panel.sentence()
    panel.choose("Numbers as", "float_val")
    panel.wait_for("What went had them as they lie in memory")
    assert panel.sentence() == said
    assert not panel.dimmed()
    assert "tensor_content" not in panel.shown_text()
    panel.choose("Show", "Text")
    assert "more" in pasted(panel)


def test_a_blank_sheet_has_its_own_sentence(widget: DigitsWidget, look: Look) -> None:
    panel = look(widget.wire)
    assert panel.sentence() == BLANK
    widget.draw(sample(3))
    panel.wait_until(lambda: "bytes out" in panel.sentence())
    widget.draw(Drawing())
    panel.wait_until(lambda: panel.sentence() == BLANK)
    assert not panel.page.select("caption, pre")


def test_a_function_sends_nothing_and_the_panel_says_so(look: Look) -> None:
    widget = DigitsWidget(predict=lambda _image: Prediction(np.eye(10)[3]))
    panel = look(widget.wire)
    widget.draw(sample(3))
    panel.settle()
    assert "nothing is sent" in panel.sentence()
    widget.close()


def test_an_absent_server_leaves_nothing_to_show(look: Look) -> None:
    widget = DigitsWidget(server="127.0.0.1:1")
    panel = look(widget.wire)
    widget.draw(sample(3))
    panel.wait_until(lambda: panel.sentence() == "No answer about this drawing.")
    assert not panel.page.select("caption, pre")
    widget.close()


@pytest.mark.parametrize(
    ("target", "rest"),
    [
        ("10.0.0.7:8500", "http://10.0.0.7:8501"),
        ("here:8500", "http://here:9000"),
        ("ipv4:10.0.0.1:8500,10.0.0.2:8500", "http://127.0.0.1:8501"),
        ("dns:///digits:8500", "http://127.0.0.1:8501"),
    ],
)
def test_curl_is_sent_to_where_rest_most_likely_is(
    monkeypatch: pytest.MonkeyPatch, target: str, rest: str
) -> None:
    monkeypatch.setenv("DIGITS_SERVER", "here:8500")
    monkeypatch.setenv("DIGITS_REST", "http://here:9000")
    assert rest_at(target) == rest
