"""``digits-widget predict``, against the real server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest

from digits_widget import cli
from digits_widget.samples import sample
from tests.serving.scripted_server import ScriptedServer, refuse

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer


@pytest.mark.server
def test_drawings_pictures_and_samples_are_asked_about_at_once(
    model_server: EmbeddedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawing = tmp_path / "three.json"
    sample(3).save(drawing)
    words = ["predict", str(drawing), "--sample", "7", "--server", model_server.target]
    assert cli.main(words) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{drawing}: <Prediction 3 at ")
    assert second.startswith("sample 7: <Prediction 7 at ")


@pytest.mark.server
def test_what_is_named_twice_is_answered_twice(
    model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--sample=7", "--sample=7", f"--server={model_server.target}"]
    assert cli.main(["predict", *words]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


@pytest.mark.server
def test_programs_get_all_ten_as_json(
    model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["predict", "--sample=2", f"--server={model_server.rest_url}", "--json"]
    assert cli.main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["label"] == 2
    assert sum(said["confidences"]) == pytest.approx(1)


def test_an_absent_server_is_one_clear_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["predict", "--sample=2", "--server=127.0.0.1:1"]) == 1
    said = capsys.readouterr().err
    assert "The model server at 127.0.0.1:1 is not running. Start it" in said
    assert "digits-widget serve" in said


def test_a_server_that_lists_no_names_takes_them_from_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    quiet = {"GetModelMetadata": refuse(grpc.StatusCode.UNIMPLEMENTED, "no such call")}
    with ScriptedServer(answers=quiet) as server:
        words = ["predict", "--sample=2", f"--server={server.target}"]
        assert cli.main(words) == 1
        assert "--input … --output …" in capsys.readouterr().err
        assert cli.main([*words, "--input=picture", "--output=digit"]) == 0
        assert capsys.readouterr().out.startswith("sample 2: <Prediction ")
        assert cli.main([*words, "--input=picture"]) == 1
        assert "expected a name for both" in capsys.readouterr().err


def test_nothing_to_ask_about_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["predict"]) == 2
    assert "--sample 3" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--preset", "--pipeline"])
def test_steps_are_named_as_the_other_commands_name_them(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["predict", "--sample=3", f"{option}=mnst"]) == 1
    assert "Perhaps mnist?" in capsys.readouterr().err
