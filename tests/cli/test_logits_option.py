"""What commands say of a model that gives logits, and how they read it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digits_widget.cli import main
from digits_widget.diagnostics.diagnosis import Health
from digits_widget.diagnostics.server import examine_server
from digits_widget.model_server.embedded import EmbeddedServer

pytestmark = pytest.mark.server

EXPORT = Path(__file__).parents[1] / "serving" / "logits_model.py"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logits")
    subprocess.run([sys.executable, EXPORT, folder], check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def server(base: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(base, model="raw") as server:
        yield server


def predict(server: EmbeddedServer, *options: str) -> int:
    which = ["--server", server.target, "--model", "raw"]
    return main(["predict", "--sample", "3", *which, *options])


def test_the_error_names_the_option(
    server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(server) == 1
    assert "--logits softmax" in capsys.readouterr().err


def test_softmax_is_shown_as_confidences(
    server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(server, "--logits", "softmax", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(told["confidences"]) == pytest.approx(1)
    assert told["label"] == int(np.argmax(told["logits"]))


def test_logits_are_shown_as_they_are(
    server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(server, "--logits", "as-is") == 0
    said = capsys.readouterr().out
    assert "of the logits 0: " in said
    assert "%" not in said


@pytest.mark.parametrize("how", ["softmax", "as-is"])
def test_evaluate_counts_what_logits_say(
    server: EmbeddedServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    how: str,
) -> None:
    np.savez(
        tmp_path / "set.npz",
        images=np.zeros((2, 28, 28), np.uint8),
        labels=np.array([0, 1]),
    )
    which = ["--server", server.target, "--model", "raw"]
    asked = ["evaluate", str(tmp_path / "set.npz"), *which]
    assert main(asked) == 1
    assert main([*asked, "--logits", how]) == 0
    assert ("largest logit" in capsys.readouterr().out) is (how == "as-is")


def test_doctor_names_a_cure_that_can_be_done(server: EmbeddedServer) -> None:
    found = list(examine_server(server.target, model="raw"))
    assert all(each.state is not Health.BROKEN for each in found)
    (told,) = [each for each in found if "answers with logits" in each.said]
    assert told.cure.startswith("Ask with --logits softmax")
