from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from digits_widget.model_server.embedded import EmbeddedServer, first_free_ports
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client, VersionStatus
from digits_widget.serving.labels import known_labels
from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

pytestmark = pytest.mark.server


@pytest.fixture
def widget(model_server: EmbeddedServer) -> Iterator[DigitsWidget]:
    """Make a widget that asks the real server."""
    widget = DigitsWidget(server=model_server.target)
    yield widget
    widget.close()


def tables(panel: PanelDriver) -> list[str]:
    """Return the words of each table."""
    return [table.get_text(" ") for table in panel.page.select("table")]


def test_status_labels_and_signatures_are_tables(
    widget: DigitsWidget, look: Look, model_server: EmbeddedServer
) -> None:
    panel = look(widget.model)
    panel.wait_for("2 versions, 2 ready; version 2 answers")
    assert model_server.target in panel.sentence()
    panel.settle()
    for words in (
        "AVAILABLE",
        "stable",
        "canary",
        "serving_default",
        "(-1, 28, 28, 1)",
    ):
        assert words in " ".join(tables(panel))
    panel.click("As saved_model_cli prints it")
    assert "The given SavedModel SignatureDef contains" in panel.shown_text()
    assert not tables(panel)


def test_it_asks_again_only_by_the_button_or_when_another_version_answers(
    widget: DigitsWidget, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    status = Client.status

    def count(client: Client, **keywords: float) -> tuple[VersionStatus, ...]:
        asked.append(client)
        return status(client, **keywords)

    def answer(version: int) -> None:
        """Have another version answer, as when the server has loaded one."""
        prediction = Prediction(np.eye(10)[3], version=version)
        monkeypatch.setattr(Client, "predict", lambda *_a, **_k: prediction)

    monkeypatch.setattr(Client, "status", count)
    answer(version=1)
    panel = look(widget.model)
    panel.settle()
    assert len(asked) == 1
    widget.draw(sample(3))
    panel.settle()
    assert len(asked) == 2
    widget.draw(sample(4))
    panel.settle()
    assert len(asked) == 2
    answer(version=2)
    widget.draw(sample(3))
    panel.settle()
    assert len(asked) == 3
    panel.click("Refresh")
    panel.settle()
    assert len(asked) == 4


def test_a_panel_that_nobody_sees_asks_nobody(
    widget: DigitsWidget, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def count(client: Client, **_keywords: float) -> tuple[VersionStatus, ...]:
        asked.append(client)
        return ()

    monkeypatch.setattr(Client, "status", count)
    panel = look(widget.bars)
    widget.draw(sample(3))
    panel.settle()
    assert not asked
    assert not PanelDriver(widget.model).labels


def test_an_absent_server_is_one_line_with_the_cure_until_it_is_back(
    look: Look,
) -> None:
    # Below those that the system gives to whoever asks for any.
    port, rest_port = first_free_ports((21_850, 21_851))
    widget = DigitsWidget(server=f"127.0.0.1:{port}")
    try:
        panel = look(widget.model)
        widget.draw(sample(3))
        panel.wait_until(lambda: "is not running" in panel.problem())
        assert not tables(panel)
        with EmbeddedServer(port=port, rest_port=rest_port):
            # Asked again by itself, while somebody looks.
            panel.wait_for("version 2 answers")
            assert not panel.problem()
            assert tables(panel)
    finally:
        widget.close()


def test_a_function_has_no_server(look: Look) -> None:
    widget = DigitsWidget(predict=lambda _image: Prediction(np.eye(10)[3]))
    panel = look(widget.model)
    panel.settle()
    assert "nothing is sent" in panel.sentence()
    assert not tables(panel)
    widget.close()


def test_a_version_that_failed_says_why_in_the_servers_words(
    widget: DigitsWidget, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = VersionStatus(3, "END", "NOT_FOUND", "no <graph> with tag serve")
    answers = VersionStatus(2, "AVAILABLE")
    monkeypatch.setattr(Client, "status", lambda *_a, **_k: (failed, answers))
    panel = look(widget.model)
    panel.wait_for("2 versions, 1 ready")
    panel.settle()
    versions, _signatures = panel.page.select("table")
    _head, failing, ready = (row.get_text(" ") for row in versions.select("tr"))
    assert "○ END" in failing
    assert "NOT_FOUND: no <graph> with tag serve" in failing
    assert "● AVAILABLE" in ready
    assert "canary" in ready
    assert "answers" in ready


@pytest.mark.parametrize("road", ["target", "rest_url"])
def test_labels_that_exist_are_found_on_both_roads(
    model_server: EmbeddedServer, road: str
) -> None:
    with Client(getattr(model_server, road)) as client:
        assert known_labels(client) == {"stable": 1, "canary": 2}
        assert known_labels(client, names=["blue"]) == {}
