"""``digits-widget inspect``, on folders and on the real server."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digits_widget import cli

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

MODELS = Path(str(files("digits_widget"))) / "models" / "digits"

SIGNATURE = """\
The given SavedModel SignatureDef contains the following input(s):
  inputs['conv2d_1_input'] tensor_info:
      dtype: DT_FLOAT
      shape: (-1, 28, 28, 1)
      name: serving_default_conv2d_1_input:0
The given SavedModel SignatureDef contains the following output(s):
  outputs['dense_2'] tensor_info:
      dtype: DT_FLOAT
      shape: (-1, 10)
      name: StatefulPartitionedCall:0
Method name is: tensorflow/serving/predict
"""


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what the command prints when all is well."""
    assert cli.main(["inspect", *words]) == 0
    return capsys.readouterr().out


def test_one_signature_of_a_folder_is_laid_out_as_by_saved_model_cli(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = str(MODELS / "1")
    assert said(capsys, folder, "--signature_def=serving_default") == SIGNATURE


def test_a_folder_alone_lists_all_signatures_and_all_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = str(MODELS / "1")
    assert "signature_def['serving_default']:" in said(capsys, folder)
    assert "'Conv2D'" in said(capsys, folder, "--all")


@pytest.mark.server
def test_a_server_says_the_same_over_grpc_and_rest(
    model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    for where in (model_server.target, model_server.rest_url):
        options = ("--version=1", "--signature_def=serving_default")
        assert said(capsys, where, *options) == SIGNATURE


@pytest.mark.server
def test_a_server_is_compared_with_a_folder(
    model_server: EmbeddedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = tmp_path / "99"
    newer.mkdir()
    shutil.copy(MODELS / "1" / "saved_model.pb", newer)
    same = [model_server.target, "--version=1", "--against", str(MODELS / "1")]
    assert said(capsys, *same) == "The server serves what is in the folder.\n"
    words = [model_server.target, "--version=1", "--against", str(tmp_path)]
    assert cli.main(["inspect", *words]) == 1
    assert capsys.readouterr().out == "The server has version 1, the folder has 99.\n"


def test_what_is_neither_a_folder_nor_an_address_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["inspect", "nowhere"]) == 1
    assert "saved_model.pb" in capsys.readouterr().err


def test_a_signature_that_is_not_there_names_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["inspect", str(MODELS / "1"), "--signature_def=nope"]) == 1
    said = capsys.readouterr().err
    assert "Got signature 'nope'" in said
    assert "serving_default" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["127.0.0.1:1", "--tag_set=gpu"], "--tag_set needs a SavedModel folder"),
        (["127.0.0.1:1", "--all"], "--all needs a SavedModel folder"),
        ([str(MODELS / "1"), "--all", "--tag_set=serve"], "--all shows every graph"),
        ([str(MODELS / "1"), "--tag_set="], "Got tags ''"),
    ],
)
def test_options_that_say_nothing_here_are_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["inspect", *words]) == 1
    assert said in capsys.readouterr().err
