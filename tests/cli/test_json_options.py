"""What ``--json`` prints, a program can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from digits_widget import PRESETS, sample
from digits_widget.cli import main
from digits_widget.dithering import CATALOGUE
from digits_widget.model_server.shipped import SHIPPED


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command and reads what it printed."""

    def run(*arguments: object, code: int = 0) -> Any:
        assert main([*map(str, arguments), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return run


def test_inspect_tells_a_signature(said: Any) -> None:
    told = said("inspect", Path(SHIPPED) / "2")
    signature = told["signatures"]["serving_default"]
    assert signature["inputs"][0]["shape"] == [-1, 28, 28, 1]
    assert signature["outputs"][0]["dtype"] == "DT_FLOAT"


def test_inspect_tells_one_signature(said: Any) -> None:
    told = said("inspect", Path(SHIPPED) / "2", "--signature_def", "serving_default")
    assert [*told["signatures"]] == ["serving_default"]


@pytest.mark.server
def test_inspect_tells_differences(said: Any, model_server: Any) -> None:
    shipped = Path(SHIPPED)
    told = said("inspect", model_server.target, "--against", shipped / "1", code=1)
    assert told["differences"]


def test_dither_lists_the_catalogue(said: Any) -> None:
    told = said("dither", "--list")
    assert [each["name"] for each in told] == [*CATALOGUE]
    for each in told:
        assert each["options"].keys() == CATALOGUE[each["name"]].options.keys()


@pytest.mark.parametrize("preset", PRESETS)
def test_steps_tell_what_they_decided(said: Any, preset: str, tmp_path: Path) -> None:
    drawing = tmp_path / "drawing.json"
    sample(4).save(drawing)
    told = said("steps", drawing, "--preset", preset)
    assert [each["name"] for each in told] == [
        shot.name for shot in PRESETS[preset](sample(4))
    ]
    assert told[-1]["shape"][:2] == [28, 28]
