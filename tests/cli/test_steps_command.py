"""``digits-widget steps``: every step of a picture or drawing, as a figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits_widget.cli import main
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample
from digits_widget.tile import tile_png


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "three.json"
    sample(3).save(path)
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "three.png"
    path.write_bytes(tile_png(PRESETS["mnist"](sample(3))["raster"].image, side=280))
    return path


@pytest.mark.parametrize("kind", ["drawing", "picture"])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_figure_is_saved_and_the_captions_printed(
    kind: str,
    preset: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, saved = request.getfixturevalue(kind), tmp_path / "steps.png"
    assert main(["steps", str(source), "-o", str(saved), "--preset", preset]) == 0
    printed = capsys.readouterr().out
    assert "Tensor: 28x28 float32" in printed
    assert f"Saved as {saved}." in printed
    with Image.open(saved) as figure:
        assert figure.width > 500


def test_the_code_is_printed_and_runs(
    picture: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["steps", str(picture), "--code"]) == 0
    picture.rename(tmp_path / "picture.png")
    monkeypatch.chdir(tmp_path)
    names: dict[str, np.ndarray] = {}
    exec(capsys.readouterr().out, names)  # noqa: S102 - as a reader would
    expected = PRESETS["mnist"](sample(3)).tensor
    np.testing.assert_allclose(names["tensor"], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.png"], "cannot be opened"),
        (["nowhere.json"], "No such file"),
        (["three.png", "--preset", "mnits"], "Perhaps mnist"),
        (["three.png", "-o", "steps.txt"], "ends in .png, .svg, .pdf"),
        (["three.png", "-o", "."], "Got ., expected a name"),
        (["three.json", "-o", "nowhere/steps.png"], "cannot be written"),
    ],
)
@pytest.mark.usefixtures("drawing")
def test_what_goes_wrong_is_one_line(
    arguments: list[str],
    words: str,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(picture.parent)
    assert main(["steps", *arguments]) == 1
    said = capsys.readouterr().err
    message, more = said.splitlines()
    assert message.startswith("digits-widget steps: ")
    assert words in message
    assert more.startswith("More: digits-widget explain ")
