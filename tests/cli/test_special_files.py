"""Commands that are given the name of a pipe, a device, a folder or a socket."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from digits_widget.cli import main
from tests.cli.running_command import COMMAND
from tests.special_files import NOT_FILES, make_special

pytestmark = pytest.mark.timeout(120)

COMMANDS = {
    "predict a picture": ["predict", "{}"],
    "predict a drawing": ["predict", "{}.json"],
    "steps of a picture": ["steps", "{}"],
    "steps of a drawing": ["steps", "{}.json"],
    "dither": ["dither", "{}", "-o", "out.png"],
    "evaluate": ["evaluate", "{}"],
    "evaluate an npz": ["evaluate", "{}.npz"],
    "compare": ["evaluate", "non-files", "--against", "{}"],
}
"""Each command line that opens a file, without TensorFlow."""


@pytest.mark.parametrize("kind", NOT_FILES)
@pytest.mark.parametrize("line", COMMANDS.values(), ids=COMMANDS)
def test_it_says_what_is_there_instead_of_a_file(
    line: list[str],
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if line[0] == "evaluate" and kind == "a folder":
        pytest.skip("a folder may be a data set")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "non-files").write_text('{"label": 1, "strokes": [[[1, 2]]]}')
    named = [word.format("it") for word in line]
    (name,) = (word for word in named if word.startswith("it"))
    make_special(kind, tmp_path / name)
    assert main(named) == 1
    said = capsys.readouterr().err
    message, more = said.splitlines()
    assert f"it is {kind}, not a file" in message
    assert more.startswith("More: digits-widget explain ")


@pytest.mark.parametrize("kind", NOT_FILES)
@pytest.mark.parametrize("name", ["saved_model.pb", "saved_model.pbtxt"])
def test_inspect_says_so_of_a_model(
    name: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_special(kind, tmp_path / name)
    assert main(["inspect", str(tmp_path)]) == 1
    assert f"it is {kind}, not a file" in capsys.readouterr().err


@pytest.mark.server
@pytest.mark.parametrize("kind", ["a named pipe", "a device", "a socket"])
def test_export_says_so_of_a_model(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_special(kind, tmp_path / "it.keras")
    assert main(["export", str(path), str(tmp_path / "out")]) == 1
    assert f"it is {kind}, not a file" in capsys.readouterr().err


@pytest.mark.server
@pytest.mark.parametrize("kind", ["a named pipe", "a device", "a socket"])
@pytest.mark.parametrize(
    "flag",
    [
        *("model_config_file", "ssl_config_file", "monitoring_config_file"),
        "batching_parameters_file",
    ],
)
def test_the_server_says_so_of_a_file_that_a_flag_names(
    flag: str, kind: str, tmp_path: Path
) -> None:
    from digits_widget.errors import ModelServerError
    from digits_widget.model_server.lifecycle.model_config import read_config_file
    from digits_widget.model_server.settings_files import (
        check_batching_parameters,
        read_credentials,
        read_metrics_path,
    )

    path = make_special(kind, tmp_path / "it")
    read: dict[str, Callable[[], object]] = {
        "model_config_file": lambda: read_config_file(path),
        "ssl_config_file": lambda: read_credentials(str(path)),
        "monitoring_config_file": lambda: read_metrics_path(str(path)),
        "batching_parameters_file": lambda: check_batching_parameters(str(path)),
    }
    with pytest.raises(ModelServerError, match=f"it is {kind}, not a file"):
        read[flag]()


def test_a_name_that_cannot_be_printed_is_written_out(tmp_path: Path) -> None:
    """As on a terminal that knows no letters but ASCII's, or of a name of odd bytes."""
    Image.new("L", (3, 2)).save(tmp_path / "in.png")
    for name in ("Zoë.png", "no\udcff.png"):
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, "dither", "in.png", "-o", name],
            env={**os.environ, "PYTHONIOENCODING": "ascii:strict"},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert b"3x2 pixels" in done.stdout
        assert (tmp_path / name).exists()
