"""``digits-widget class``, as a teacher types it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from digits_widget import cli
from digits_widget.cli.class_ import allow_many_files
from tests.cli.running_command import RunningCommand, free_port, listens
from tests.waiting import until

pytestmark = pytest.mark.server


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def running(tmp_path: Path, port: int) -> Iterator[RunningCommand]:
    command = RunningCommand(
        "class", str(tmp_path / "class"), "--no-browser", f"--port={port}"
    )
    yield command
    command.close()


def test_it_says_how_to_join_and_that_only_this_computer_can(
    running: RunningCommand, port: int, tmp_path: Path
) -> None:
    running.wait_for(rf"Learners: http://127\.0\.0\.1:{port}\n")
    running.wait_for(r"Join code: \d{6}\n")
    running.wait_for(rf"What they hand in: {re.escape(str(tmp_path / 'class'))}\n")
    running.wait_for(r"--host 0\.0\.0\.0")
    assert listens(port)
    assert running.interrupt() == 0
    until(lambda: not listens(port))
    assert "Traceback" not in running.said


def test_a_taken_port_gives_the_next_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = RunningCommand(
            "class", str(tmp_path / "class"), "--no-browser", f"--port={port}"
        )
        try:
            found = command.wait_for(r"Learners: http://127\.0\.0\.1:(\d+)")
            assert int(found[1]) != port
            command.wait_for(f"Port {port} is taken")
        finally:
            command.close()


def test_the_same_folder_goes_on_with_the_same_code(
    running: RunningCommand, tmp_path: Path, port: int
) -> None:
    code = running.wait_for(r"Join code: (\d{6})")[1]
    running.interrupt()
    again = RunningCommand(
        "class", str(tmp_path / "class"), "--no-browser", f"--port={port}"
    )
    try:
        assert again.wait_for(r"Join code: (\d{6})")[1] == code
    finally:
        again.close()


def test_a_class_may_have_as_many_connections_as_pages() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "198.51.100.7"], "not an address of this computer"),
        (["--host", "no such host"], "not an address of this computer"),
        (["/dev/null/class"], "nothing can be saved"),
    ],
)
def test_a_wrong_option_is_told(
    options: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["class", "--no-browser", *options]) == 1
    assert words in capsys.readouterr().err


def test_without_a_folder_the_day_of_the_class_is_its_name(tmp_path: Path) -> None:
    there = f"import os; os.chdir({str(tmp_path)!r})"
    command = RunningCommand(
        "class", "--no-browser", f"--port={free_port()}", before=there
    )
    try:
        day = command.wait_for(r"hand in: class.(\d{4}-\d\d-\d\d)\n")[1]
        assert (tmp_path / "class" / day).is_dir()
    finally:
        command.close()
