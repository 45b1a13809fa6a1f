"""The command line as a whole: help that answers at once, errors without tracebacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from digits_widget import cli
from digits_widget.errors import DataError

FOLDER = Path(cli.__file__).parent


def test_every_file_of_the_folder_is_a_command() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert {file.removesuffix("_") for file in files} == set(cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([command, "--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: digits-widget {command}")
    assert len(said.splitlines()) > 3


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert all(f"\n    {command} " in said for command in cli.COMMANDS)


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys\nfrom digits_widget.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numpy','grpc','tensorflow','matplotlib'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("[]\n")


def test_our_errors_end_in_one_line_and_where_to_read_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import digits_widget.cli.evaluate as command

    def fail(_: object) -> None:
        msg = "Got nothing, expected something."
        raise DataError(msg)

    monkeypatch.setattr(command, "run", fail)
    assert cli.main(["evaluate"]) == 1
    err = capsys.readouterr().err
    assert err == (
        "digits-widget evaluate: Got nothing, expected something.\n"
        "More: digits-widget explain DataError\n"
    )


def test_ctrl_c_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    import digits_widget.cli.evaluate as command

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", interrupt)
    assert cli.main(["evaluate"]) == 130


def test_a_reader_that_has_enough_is_no_error() -> None:
    code = "import sys; from digits_widget.cli import main; sys.exit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", code, "dither", "--list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as done:
        assert done.stdout
        assert done.stderr
        done.stdout.close()
        assert done.stderr.read() == b""
    assert done.returncode == 0
