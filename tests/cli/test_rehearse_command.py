"""``digits-widget rehearse`` plays a class, and says what was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from digits_widget import cli
from digits_widget.classroom.hand_ins import HandIns
from digits_widget.classroom.server import MOST_PAGES_EACH
from digits_widget.cli.rehearse import MOST
from digits_widget.model_server.embedded import EmbeddedServer
from tests.cli.running_command import RunningCommand, free_port

pytestmark = pytest.mark.server


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningCommand]:
    command = RunningCommand(
        "class", str(tmp_path / "class"), "--no-browser", f"--port={free_port()}"
    )
    yield command
    command.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--learners", "0"], "expected 1 to 250"),
        (["--digits", "0"], "expected 1 to 100"),
        (["class.school.example"], "expected the address of a class"),
        (["http://127.0.0.1:1"], "needs its join code"),
        (["http://127.0.0.1:1", "--code", "123456"], "There is no class"),
        (["http://127.0.0.1:1", "--server", "127.0.0.1:1"], "Name one of"),
        (["--hub", "http://127.0.0.1:1", "--token="], "needs a token"),
        (["--hub", "http://127.0.0.1:1", "--token=x"], "The hub at"),
        (["--server", "127.0.0.1:1"], "127.0.0.1:1"),
    ],
)
def test_a_rehearsal_says_what_is_wrong(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rehearse", *options]) == 1
    assert words in capsys.readouterr().err


def test_the_token_of_a_hub_may_be_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "x")
    assert cli.main(["rehearse", "--hub", "http://127.0.0.1:1"]) == 1
    assert "The hub at" in capsys.readouterr().err


def test_a_class_takes_as_many_learners_as_can_be_rehearsed() -> None:
    assert MOST == MOST_PAGES_EACH


def test_a_running_class_is_rehearsed(
    running: RunningCommand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = running.wait_for(r"Learners: (\S+)")[1]
    code = running.wait_for(r"Join code: (\d{6})")[1]
    options = ["--learners", "3", "--digits", "2"]
    assert cli.main(["rehearse", address, "--code", "1", *options]) == 1
    assert "another join code" in capsys.readouterr().err
    cli.main(["rehearse", address, "--code", code, *options])
    said = capsys.readouterr().out
    assert re.search(r"^learners +3, 2 digits each$", said, re.MULTILINE)
    assert re.search(r"^lost +0$", said, re.MULTILINE)
    assert re.search(r"^handed in +6 of 6$", said, re.MULTILINE)
    assert len(HandIns(tmp_path / "class")) == 6


def test_a_model_server_is_rehearsed(
    model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--learners", "3", "--digits", "2"]
    cli.main(["rehearse", "--server", model_server.target, *options])
    said = capsys.readouterr().out
    assert re.search(r"^answered within +half \d+ ms, ", said, re.MULTILINE)
    assert re.search(r"^lost +0$", said, re.MULTILINE)
    assert "handed in" not in said


def test_a_rehearsal_of_its_own_ends_with_what_this_computer_carries() -> None:
    # To search on would take minutes.
    few = "from digits_widget.cli import rehearse; rehearse.MOST = 4"
    command = RunningCommand("rehearse", "--learners=2", "--digits=1", before=few)
    try:
        command.wait_for(r"(This computer carries \d+ learners|too slow)")
        command.process.wait(60)
        assert re.search(
            r"memory +\d+ MB \(class \d+, model server \d+\)", command.said
        )
        assert re.search(r"processor +[\d.]+ of \d+ cores", command.said)
        assert re.search(r"\n +2 +\d+ ms", command.said)
        assert "Traceback" not in command.said
    finally:
        command.close()
