"""What is wrong with a picture is said the same way wherever it is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from digits_widget.cli import main
from digits_widget.drawing import Drawing, Stroke
from digits_widget.findings import FINDINGS, finding_in
from digits_widget.pipeline import PRESETS
from digits_widget.samples import samples
from digits_widget.session import is_question
from tests.photos import SCENES, photograph

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

WHITE = np.full((280, 280), 255, np.uint8)
THIN = WHITE.copy()
THIN[60:220, 140] = 0
DOT = WHITE.copy()
DOT[140:146, 140:146] = 0
GREY_PAPER = photograph(3, SCENES["pen"])

CASES = [
    pytest.param("mnist", WHITE, "blank", id="blank"),
    pytest.param("naive", WHITE, "blank", id="blank, naive"),
    pytest.param("mnist", np.full((90, 90), 128, np.uint8), "blank", id="one grey"),
    pytest.param("mnist", np.zeros((1, 1), np.uint8), "blank", id="one pixel"),
    pytest.param("mnist", DOT, "dot", id="dot"),
    pytest.param("mnist", 255 - DOT, "dot", id="white dot"),
    pytest.param("seed-2020", THIN, "lost", id="thin line, 2020"),
    pytest.param("naive", THIN, "faint", id="thin line, naive"),
    pytest.param("naive", GREY_PAPER, "paper", id="grey paper, naive"),
    pytest.param("mnist", THIN, None, id="thin line"),
    pytest.param("mnist", 255 - THIN, None, id="thin white line"),
    pytest.param("mnist", GREY_PAPER, None, id="grey paper"),
]


@pytest.mark.parametrize(("preset", "picture", "kind"), CASES)
def test_a_trace_says_what_is_wrong(
    preset: str, picture: np.ndarray[Any, Any], kind: str | None
) -> None:
    trace = PRESETS[preset](picture)
    assert (trace.finding.kind if trace.finding else None) == kind
    said = trace.finding.about("this picture") if trace.finding else ""
    assert repr(trace).endswith(f"{said}>")
    assert said in trace._repr_html_()


def test_without_paper_the_crop_that_kept_all_is_noticed() -> None:
    found = PRESETS["mnist"].without("paper")(GREY_PAPER).finding
    assert found is FINDINGS["paper"]


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_wrong_with_the_samples(preset: str) -> None:
    for drawing in samples():
        trace = PRESETS[preset](drawing)
        assert trace.finding is None
        assert is_question(drawing, trace)


def test_a_sheet_full_of_ink_is_no_question() -> None:
    drawing = Drawing([Stroke([(0, 0.5), (1, 0.5)], width=1.0)])
    trace = PRESETS["mnist"](drawing)
    assert trace.finding is FINDINGS["full"]
    assert not is_question(drawing, trace)


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (np.zeros((28, 28)), "lost"),
        (np.full((28, 28), 0.2), "paper"),
        (np.pad(np.full((20, 2), 0.1), ((4, 4), (13, 13))), "faint"),
        (np.pad(np.full((20, 2), 1.0), ((4, 4), (13, 13))), None),
    ],
)
def test_a_tensor_alone_tells_some(image: Any, kind: str | None) -> None:
    found = finding_in(image)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize("kind", FINDINGS)
def test_each_is_one_line_with_a_cure(kind: str) -> None:
    line = FINDINGS[kind].about("three.png")
    assert "three.png. " in line
    assert line.endswith(".")
    assert "\n" not in line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, picture in (("blank", WHITE), ("dot", DOT), ("paper", GREY_PAPER)):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    return tmp_path


@pytest.mark.server
def test_predict_asks_only_about_digits_and_names_the_others(
    folder: Path,
    model_server: EmbeddedServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    words = ["predict", "--server", model_server.target]
    assert main([*words, "blank.png", "paper.png", "dot.png"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("paper.png: <Prediction 3 at ")
    assert said.out.count("\n") == 1
    blank, dot = said.err.splitlines()
    assert blank.startswith("digits-widget predict: no ink in blank.png. ")
    assert dot.startswith("digits-widget predict: only a dot in dot.png. ")
    assert main([*words, "paper.png"]) == 0


@pytest.mark.server
def test_what_may_be_a_digit_is_answered_with_a_warning(
    folder: Path, model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["predict", "--server", model_server.target, "--preset=naive"]
    assert main([*words, str(folder / "paper.png")]) == 1
    said = capsys.readouterr()
    assert "<Prediction" in said.out
    assert "the steps mistake paper for ink in" in said.err
    assert "preset mnist" in said.err


@pytest.mark.parametrize("option", [[], ["--json"]], ids=["figure", "json"])
def test_steps_says_so_after_the_captions(
    option: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = folder / "steps.png"
    assert main(["steps", str(folder / "blank.png"), "-o", str(saved), *option]) == 1
    said = capsys.readouterr()
    assert "Tensor" in said.out
    assert said.err.startswith("digits-widget steps: no ink in ")
    assert said.err.count("\n") == 1


@pytest.mark.server
def test_evaluate_names_the_pictures_that_are_no_digits(
    folder: Path, model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "3").mkdir()
    (folder / "blank.png").rename(folder / "3" / "blank.png")
    (folder / "paper.png").rename(folder / "3" / "paper.png")
    assert main(["evaluate", str(folder), "--server", model_server.target]) == 1
    said = capsys.readouterr()
    assert "(1 of 2)" in said.out
    assert f"no ink in {folder / '3' / 'blank.png'}." in said.err
    assert "paper.png" not in said.err
