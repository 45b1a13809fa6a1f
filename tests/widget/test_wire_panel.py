from __future__ import annotations

import numpy as np
import pytest

from digits_widget.drawing import Drawing
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving.tensors import from_tensor_proto
from digits_widget.session import Session
from digits_widget.widget.server import Function, NamedServer, rest_at
from digits_widget.widget.wire.wire import NOT_SENT, WirePanel
from tests.widget.desk_at_once import desk_at_once

pytestmark = pytest.mark.server


@pytest.fixture
def opened(model_server: EmbeddedServer) -> tuple[WirePanel, Session]:
    """Make the panel on a session that asks the real server."""
    desk = desk_at_once(NamedServer(model_server.target, model="digits", version=1))
    panel = WirePanel(desk)
    desk.session.subscribe(panel.show)
    return panel, desk.session


def page(panel: WirePanel) -> str:
    return str(panel._page.value)


def line(panel: WirePanel) -> str:
    return str(panel.widget.children[0].value)


def test_the_tensor_of_the_request_is_that_of_the_drawing(
    opened: tuple[WirePanel, Session],
) -> None:
    panel, session = opened
    session.draw(sample(3))
    exchange = panel._exchange
    assert exchange is not None
    (sent,) = exchange.request.message.inputs.values()
    assert session.state.trace is not None
    assert np.array_equal(
        from_tensor_proto(sent).reshape(28, 28), session.state.trace.tensor
    )
    assert "value for value" in panel._summary.value
    assert session.state.prediction is not None
    assert exchange.predictions[0].label == session.state.prediction.label
    assert f"{len(exchange.request):,} bytes out" in line(panel)
    assert "version 1" in line(panel)


def test_every_byte_is_named_and_the_image_is_folded(
    opened: tuple[WirePanel, Session],
) -> None:
    panel, session = opened
    session.draw(sample(3))
    for name in ("model_spec", "signature_name", "tensor_content", "tensor_shape"):
        assert name in page(panel)
    assert page(panel).count("<tr") < 40
    assert "the image" in page(panel)
    panel._unfold.value = True
    assert page(panel).count("digits-numbers") == 28
    panel._view.value = "Response"
    assert "float_val" in page(panel)
    assert "PredictResponse" in page(panel)


def test_text_and_commands_can_be_pasted(
    opened: tuple[WirePanel, Session], model_server: EmbeddedServer
) -> None:
    panel, session = opened
    session.draw(sample(3))
    panel._view.value = "Text"
    assert "model_spec {" in page(panel)
    folded = len(page(panel))
    panel._unfold.value = True
    assert len(page(panel)) > 2 * folded
    for view, words in (
        ("grpcurl", model_server.target),
        ("curl", "curl --silent"),
        ("Python", "from digits_widget.serving import Client"),
    ):
        panel._view.value = view
        assert words in page(panel)
        assert "digits-paste" in page(panel)


def test_the_other_packing_is_asked_for_and_told(
    opened: tuple[WirePanel, Session],
) -> None:
    panel, session = opened
    session.draw(sample(3))
    panel._packing.value = "values"
    assert "float_val" in page(panel)
    assert "tensor_content" not in page(panel)
    panel._view.value = "Text"
    assert "more" in page(panel)


def test_a_blank_sheet_has_its_own_sentence(
    opened: tuple[WirePanel, Session],
) -> None:
    panel, session = opened
    assert panel.blank in line(panel)
    session.draw(sample(3))
    session.draw(Drawing())
    assert panel.blank in line(panel)
    assert not page(panel)


def test_a_function_sends_nothing_and_the_panel_says_so() -> None:
    desk = desk_at_once(Function(lambda _image: Prediction(np.eye(10)[3])))
    panel = WirePanel(desk)
    desk.session.subscribe(panel.show)
    desk.session.draw(sample(3))
    assert NOT_SENT in line(panel)


def test_an_absent_server_is_one_line_with_the_cure() -> None:
    desk = desk_at_once(NamedServer("127.0.0.1:1", model="digits", version=None))
    panel = WirePanel(desk)
    desk.session.subscribe(panel.show)
    desk.session.draw(sample(3))
    assert "Nothing listens there" in line(panel)
    assert not page(panel)


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
