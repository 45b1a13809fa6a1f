from __future__ import annotations

import re

import numpy as np
import pytest

from digits_widget.errors import ServerAbsentError
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client, ModelMetadata, VersionStatus
from digits_widget.serving.labels import known_labels
from digits_widget.state import State
from digits_widget.widget.model import Facts, ModelPanel, _versions
from digits_widget.widget.server import Function, NamedServer
from digits_widget.widget.wire.wire import NOT_SENT
from tests.widget.desk_at_once import desk_at_once

pytestmark = pytest.mark.server


def line(panel: ModelPanel) -> str:
    return str(panel._line.value)


def tables(panel: ModelPanel) -> str:
    return str(panel._tables.value)


def test_status_labels_and_signatures_are_tables(model_server: EmbeddedServer) -> None:
    server = NamedServer(model_server.target, model="digits", version=None)
    panel = ModelPanel(desk_at_once(server))
    panel.show(State())
    assert model_server.target in line(panel)
    assert "2 versions, 2 ready; version 2 answers" in line(panel)
    for words in (
        "AVAILABLE",
        "stable",
        "canary",
        "serving_default",
        "(-1, 28, 28, 1)",
    ):
        assert words in tables(panel)
    panel._as_text.value = True
    assert "The given SavedModel SignatureDef contains" in tables(panel)


def test_it_asks_again_only_by_the_button_or_when_another_version_answers(
    model_server: EmbeddedServer,
) -> None:
    server = NamedServer(model_server.target, model="digits", version=None)
    panel = ModelPanel(desk_at_once(server))
    asked = []
    ask = panel._study._work
    panel._study._work = lambda state: asked.append(state) or ask(state)  # type: ignore[func-returns-value]
    one, two = (Prediction(np.eye(10)[3], version=number) for number in (1, 2))
    panel.show(State())
    assert len(asked) == 1
    panel.show(State(1, sample(3)))
    assert len(asked) == 1
    panel.show(State(2, sample(3), prediction=one))
    panel.show(State(3, sample(3), prediction=one))
    assert len(asked) == 2
    panel.show(State(4, sample(3), prediction=two))
    assert len(asked) == 3
    panel._refresh.click()
    assert len(asked) == 4


def test_an_absent_server_is_one_line_with_the_cure_until_it_is_back(
    model_server: EmbeddedServer,
) -> None:
    answerer = NamedServer("127.0.0.1:1", model="digits", version=None)
    panel = ModelPanel(desk_at_once(answerer))
    panel.show(State())
    assert "Nothing listens there" in line(panel)
    assert not tables(panel)
    panel.show(State(1, sample(3), problem=ServerAbsentError("Gone.")))
    back = NamedServer(model_server.target, model="digits", version=None)
    panel._client = back.client
    answer = Prediction(np.eye(10)[3], version=2)
    panel.show(State(2, sample(3), prediction=answer))
    assert "version 2 answers" in line(panel)


def test_a_function_has_no_server() -> None:
    panel = ModelPanel(desk_at_once(Function(lambda _image: Prediction(np.eye(10)[3]))))
    panel.show(State())
    assert NOT_SENT in line(panel)


def test_a_version_that_failed_says_why_in_the_servers_words() -> None:
    failed = VersionStatus(3, "END", "NOT_FOUND", "no <graph> with tag serve")
    answers = VersionStatus(2, "AVAILABLE")
    metadata = ModelMetadata("digits", 2, {}, "here:8500")
    html = _versions(Facts("here:8500", (failed, answers), {"live": 2}, metadata))
    failing, ready = re.findall("<tr><td>.*?</tr>", html)
    assert "○ END" in failing
    assert "NOT_FOUND: no &lt;graph&gt; with tag serve" in failing
    assert "● AVAILABLE" in ready
    assert "live" in ready
    assert "answers" in ready


@pytest.mark.parametrize("road", ["target", "rest_url"])
def test_labels_that_exist_are_found_on_both_roads(
    model_server: EmbeddedServer, road: str
) -> None:
    with Client(getattr(model_server, road)) as client:
        assert known_labels(client) == {"stable": 1, "canary": 2}
        assert known_labels(client, names=["blue"]) == {}
