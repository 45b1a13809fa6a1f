from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import pytest

from digits_widget.cli import main
from digits_widget.drawing import Drawing
from digits_widget.evaluation.nondigits import letter
from digits_widget.labelled import read_pen_digits
from digits_widget.labelled.disagreements import Disagreements
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from digits_widget.session import Session
from digits_widget.widget.compare.compare import Compare
from digits_widget.widget.server import Function, NamedServer
from tests.widget.desk_at_once import desk_at_once

pytestmark = pytest.mark.server

Opened = tuple[Compare, Session]


@pytest.fixture
def opened(model_server: EmbeddedServer) -> Opened:
    """Make the panel on a session that asks the real server."""
    desk = desk_at_once(NamedServer(model_server.target, model="digits", version=None))
    panel = Compare(desk, Disagreements())
    desk.session.subscribe(panel.show)
    return panel, desk.session


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


def line(panel: Compare) -> str:
    return str(panel._line.value)


def test_the_shipped_versions_are_compared_by_default(
    opened: Opened, model_server: EmbeddedServer
) -> None:
    panel, session = opened
    session.draw(sample(3))
    assert "= Both say 3" in line(panel)
    for side, version in zip(panel.sides, (1, 2), strict=True):
        answer = side.session.state.prediction
        assert answer is not None
        assert answer.version == version
        assert model_server.target in side._caption.value
    titles = [title for title, _ in panel.sides[0].which.options]
    assert titles == [
        "newest version",
        "version 1",
        "version 2",
        "label stable",
        "label canary",
    ]


def test_both_are_asked_about_the_very_trace_of_the_widget(opened: Opened) -> None:
    panel, session = opened
    session.draw(sample(3))
    session.draw(sample(7))
    for side in panel.sides:
        assert side.session.state.trace is session.state.trace


def test_bars_are_paired_in_fixed_order_and_marked_by_shape(
    opened: Opened, disputed: Drawing
) -> None:
    panel, session = opened
    session.draw(disputed)
    html = panel._bars.value
    assert re.findall(r'<th scope="row">(\d)</th>', html) == list("0123456789")
    assert html.count("<span>●</span>") == html.count("<span>◆</span>") == 1
    assert "≠ They disagree: A says" in line(panel)


def test_a_label_and_another_version_can_be_chosen_live(opened: Opened) -> None:
    panel, session = opened
    session.draw(sample(3))
    panel.sides[0].which.value = (None, "canary")
    answer = panel.sides[0].session.state.prediction
    assert answer is not None
    assert answer.version == 2
    panel.sides[1].choose(version=1)
    answer = panel.sides[1].session.state.prediction
    assert answer is not None
    assert answer.version == 1


def test_a_dead_server_on_one_side_leaves_the_other_at_work(
    opened: Opened, model_server: EmbeddedServer
) -> None:
    panel, session = opened
    session.draw(sample(3))
    panel.sides[1].address.value = "127.0.0.1:1"
    assert "A says 3" in line(panel)
    assert "B has no answer" in line(panel)
    assert "Nothing listens there" in panel.sides[1]._caption.value
    session.draw(sample(6))
    assert "A says 6" in line(panel)
    assert session.state.problem is None
    panel.sides[1].address.value = model_server.target
    assert "Both say 6" in line(panel)
    assert "digits version 2" in panel.sides[1]._caption.value


def test_a_label_that_nobody_has_is_a_failure_of_that_side(opened: Opened) -> None:
    panel, session = opened
    session.draw(sample(3))
    panel.sides[0].choose(label="blue")
    assert "A has no answer" in line(panel)
    assert "B says 3" in line(panel)


def test_a_label_can_be_typed_that_no_list_has(opened: Opened) -> None:
    panel, session = opened
    session.draw(sample(3))
    side = panel.sides[0]
    side.label.value = " blue "
    assert side.which.value == (None, "blue")
    assert "A has no answer" in line(panel)
    side.label.value = "canary"
    assert "Both say 3" in line(panel)
    side.label.value = "blue"
    assert "A has no answer" in line(panel)
    side.label.value = ""
    assert side.which.value == (None, None)
    assert "Both say 3" in line(panel)


def test_blank_and_dot_ask_nobody(opened: Opened) -> None:
    panel, session = opened
    assert "Draw a digit, and see whether" in line(panel)
    session.draw(sample(3))
    session.draw(Drawing.from_points([[(0.5, 0.5)]]))
    assert "One dot" in line(panel)
    session.draw(Drawing())
    assert "Draw a digit, and see whether" in line(panel)
    assert "digits-top-one" not in panel._bars.value


def test_a_disagreement_becomes_a_card_and_a_set_that_evaluate_takes(
    opened: Opened,
    disputed: Drawing,
    model_server: EmbeddedServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    panel, session = opened
    session.draw(disputed)
    title, box = panel.widget.children[3].children
    assert "1 disagreement" in title.value
    (card,) = box.children
    picture, label, remove = card.children
    assert "A says" in picture.value
    label.value = panel.disagreements[0].answers[0].label
    assert box.children == (card,)
    link = re.search(r'base64,([^"]+)"', title.value)
    assert link
    path = tmp_path / "disagreements.jsonl"
    path.write_bytes(base64.b64decode(link[1]))
    assert read_pen_digits(path).drawings == (disputed,)
    for version, right in ((1, "100.00%"), (2, "0.00%")):
        options = ["--server", model_server.target, "--version", str(version)]
        assert main(["evaluate", str(path), *options]) == 0
        assert right in capsys.readouterr().out
    remove.click()
    assert box.children == ()
    assert len(panel.disagreements) == 0


def test_a_function_on_both_sides_says_that_nothing_is_sent() -> None:
    desk = desk_at_once(Function(lambda _image: Prediction(np.eye(10)[3])))
    panel = Compare(desk, Disagreements())
    desk.session.subscribe(panel.show)
    desk.session.draw(sample(3))
    assert "Both say 3" in line(panel)
    for side in panel.sides:
        assert "nothing is sent" in side._caption.value
        assert [title for title, _ in side.which.options] == ["this widget's function"]
    assert isinstance(panel.disagreements, Disagreements)
