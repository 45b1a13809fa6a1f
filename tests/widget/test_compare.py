from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.cli import main
from digits_widget.datasets import read_pen_digits
from digits_widget.datasets.disagreements import Disagreements
from digits_widget.drawing import Drawing
from digits_widget.evaluation.nondigits import letter
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

pytestmark = pytest.mark.server

A, B = "A ●", "B ◆"


@pytest.fixture
def widget(model_server: EmbeddedServer) -> Iterator[DigitsWidget]:
    """Make a widget that asks the real server."""
    widget = DigitsWidget(server=model_server.target)
    yield widget
    widget.close()


@pytest.fixture
def panel(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the panel, in a cell of its own, on the screen."""
    return look(widget.compare)


@pytest.fixture(scope="module")
def disputed(model_server: EmbeddedServer) -> Drawing:
    """Return a drawing that the two shipped versions read differently."""
    random = np.random.default_rng(1)
    drawings = [letter(random) for _ in range(30)]
    images = PRESETS["mnist"].batch(drawings)
    labels: list[list[int]] = []
    for version in (1, 2):
        with Client(model_server.target, version=version) as client:
            labels.append([each.label for each in client.predict(images)])
    first, second = labels
    return drawings[next(i for i in range(30) if first[i] != second[i])]


def wait_for(panel: PanelDriver, *words: str) -> None:
    """Wait until the sentence about both has all these words."""
    panel.wait_until(lambda: all(each in panel.sentence() for each in words))


def test_the_shipped_versions_are_compared_by_default(
    widget: DigitsWidget, panel: PanelDriver, model_server: EmbeddedServer
) -> None:
    widget.draw(sample(3))
    wait_for(panel, "= Both say 3")
    panel.settle()
    for side, version in ((A, 1), (B, 2)):
        caption = panel.part(side).shown_text()
        assert caption == f"digits version {version} at {model_server.target}"
    assert panel.options(A) == [
        "newest version",
        "version 1",
        "version 2",
        "label stable",
        "label canary",
    ]


def test_both_are_asked_about_the_very_image_of_the_widget(look: Look) -> None:
    asked: list[NDArray[np.float32]] = []

    def answer(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        return Prediction(np.eye(10)[3])

    widget = DigitsWidget(predict=answer)
    panel = look(widget.compare)
    for digit in (3, 7):
        widget.draw(sample(digit))
        panel.settle()
        assert widget.trace is not None
        # The widget's own question, and one of each side.
        assert len(asked) == 3
        assert all(image is widget.trace.tensor for image in asked)
        asked.clear()
    widget.close()


def test_bars_are_paired_in_fixed_order_and_marked_by_shape(
    widget: DigitsWidget, panel: PanelDriver, disputed: Drawing
) -> None:
    widget.draw(disputed)
    wait_for(panel, "≠ They disagree: A says")
    rows = panel.page.select("th[scope=row]")
    assert [row.get_text() for row in rows] == list("0123456789")
    marks = "".join(each.get_text() for each in panel.page.select("td > span"))
    assert sorted(marks) == sorted("●◆")


def test_a_label_and_another_version_can_be_chosen_live(
    widget: DigitsWidget, panel: PanelDriver
) -> None:
    widget.draw(sample(3))
    wait_for(panel, "Both say 3")
    panel.settle()
    panel.choose(A, "label canary")
    panel.part(A).wait_for("version 2")
    panel.choose(B, "version 1")
    panel.part(B).wait_for("version 1")


def test_a_dead_server_on_one_side_leaves_the_other_at_work(
    widget: DigitsWidget, panel: PanelDriver, model_server: EmbeddedServer
) -> None:
    widget.draw(sample(3))
    wait_for(panel, "Both say 3")
    panel.click("Other servers and labels")
    panel.part(B).set("Server", "127.0.0.1:1")
    wait_for(panel, "A says 3", "B has no answer")
    panel.part(B).wait_for("is not running")
    widget.draw(sample(6))
    wait_for(panel, "A says 6")
    assert widget.problem is None
    panel.part(B).set("Server", model_server.target)
    wait_for(panel, "Both say 6")
    panel.part(B).wait_for("digits version 2")


def test_a_label_can_be_typed_that_no_list_has(
    widget: DigitsWidget, panel: PanelDriver
) -> None:
    widget.draw(sample(3))
    wait_for(panel, "Both say 3")
    assert not panel.has("Label")
    panel.click("Other servers and labels")
    side = panel.part(A)
    side.set("Label", " blue ")
    assert panel.value(A) == "label blue"
    wait_for(panel, "A has no answer", "B says 3")
    side.set("Label", "canary")
    wait_for(panel, "Both say 3")
    side.set("Label", "blue")
    wait_for(panel, "A has no answer")
    side.set("Label", "")
    assert panel.value(A) == "newest version"
    wait_for(panel, "Both say 3")
    panel.click("Other servers and labels")
    assert not panel.has("Label")


def test_blank_and_dot_ask_nobody(widget: DigitsWidget, panel: PanelDriver) -> None:
    wait_for(panel, "Draw a digit, and see whether")
    widget.draw(sample(3))
    wait_for(panel, "Both say 3")
    assert panel.page.select(".digits-top-one")
    widget.draw(Drawing.from_points([[(0.5, 0.5)]]))
    wait_for(panel, "One dot")
    widget.draw(Drawing())
    wait_for(panel, "Draw a digit, and see whether")
    assert not panel.page.select(".digits-top-one")


def test_a_disagreement_becomes_a_card_and_a_set_that_evaluate_takes(
    widget: DigitsWidget,
    panel: PanelDriver,
    disputed: Drawing,
    *,
    model_server: EmbeddedServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    widget.draw(disputed)
    meant = "The digit that was meant"
    panel.wait_until(lambda: panel.has(meant))
    assert "1 disagreement" in panel.shown_text()
    assert "A ●" in panel.part("Remove").shown_text()
    assert len(panel.part("Remove").pictures()) == 1
    card = panel.identity(meant)
    first = widget.disagreements[0].answers[0].label
    panel.choose(meant, str(first))
    # A menu that is made anew would lose the focus.
    assert panel.identity(meant) == card
    path = tmp_path / "disagreements.jsonl"
    path.write_bytes(panel.downloads()[path.name])
    assert read_pen_digits(path).drawings == (disputed,)
    for version, right in ((1, "100.00%"), (2, "0.00%")):
        options = ["--server", model_server.target, "--version", str(version)]
        assert main(["evaluate", str(path), *options]) == 0
        assert right in capsys.readouterr().out
    panel.click("Remove")
    assert not panel.has(meant)
    assert len(widget.disagreements) == 0


def test_a_function_on_both_sides_says_that_nothing_is_sent(look: Look) -> None:
    widget = DigitsWidget(predict=lambda _image: Prediction(np.eye(10)[3]))
    panel = look(widget.compare)
    widget.draw(sample(3))
    panel.settle()
    assert "Both say 3" in panel.sentence()
    for side in (A, B):
        assert "nothing is sent" in panel.part(side).shown_text()
        assert panel.options(side) == ["this widget's function"]
    assert isinstance(widget.disagreements, Disagreements)
    widget.close()


def test_nobody_is_asked_while_nobody_looks(look: Look) -> None:
    asked: list[object] = []

    def answer(image: NDArray[np.float32]) -> Prediction:
        asked.append(image)
        return Prediction(np.eye(10)[3])

    widget = DigitsWidget(predict=answer)
    panel = look(widget.compare)
    panel.leave()
    widget.draw(sample(3))
    panel.settle()
    assert len(asked) == 1
    panel.see()
    panel.settle()
    assert len(asked) == 3
    widget.close()
