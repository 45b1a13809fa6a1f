"""``digits-widget evaluate`` against the real server, on small sets."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from digits_widget.cli import main
from digits_widget.dithering import CATALOGUE
from digits_widget.pipeline import PRESETS
from digits_widget.samples import samples

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

pytestmark = pytest.mark.server


@pytest.fixture
def ten(tmp_path: Path) -> Path:
    """Write the bundled drawings as a labelled npz, and as pen strokes."""
    images = np.stack([PRESETS["mnist"](drawing).tensor for drawing in samples()])
    np.savez(tmp_path / "ten.npz", images=images, labels=np.arange(10))
    lines = [
        {
            "label": digit,
            "writer": f"{'even' if digit % 2 == 0 else 'odd'}/{digit}",
            "strokes": [stroke.points.tolist() for stroke in drawing],
        }
        for digit, drawing in enumerate(samples())
    ]
    (tmp_path / "ten.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return tmp_path


def evaluate(server: EmbeddedServer, path: Path, *options: str) -> int:
    return main(["evaluate", str(path), "--server", server.target, *options])


def test_images_are_asked_about_as_they_are(
    model_server: EmbeddedServer, ten: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(model_server, ten / "ten.npz") == 0
    said = capsys.readouterr().out
    assert "accuracy            100.00%   (10 of 10)" in said
    assert "Brier" in said


def test_results_are_kept_and_compared(
    model_server: EmbeddedServer, ten: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [f"--json={ten}/a.json", f"--csv={ten}/a.csv", f"--figures={ten}/pictures"]
    assert evaluate(model_server, ten / "ten.npz", *kept) == 0
    assert json.loads((ten / "a.json").read_text())["figures"]["correct"] == 10
    assert len((ten / "a.csv").read_text().splitlines()) == 11
    assert {path.name for path in (ten / "pictures").iterdir()} == {
        "confusion.png",
        "calibration.png",
        "mistakes.png",
    }
    capsys.readouterr()
    assert evaluate(model_server, ten / "ten.npz", f"--against={ten}/a.json") == 0
    assert "p = 1, may be chance" in capsys.readouterr().out


def test_pen_strokes_of_some_writers_go_through_a_preset(
    model_server: EmbeddedServer, ten: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--preset=naive", "--writers", "even/"]
    assert evaluate(model_server, ten / "ten.jsonl", *options) == 0
    assert "preset naive, even/" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "names"), [("presets", PRESETS), ("dithering", CATALOGUE)]
)
def test_table_has_a_row_for_each(
    model_server: EmbeddedServer,
    ten: Path,
    capsys: pytest.CaptureFixture[str],
    table: str,
    names: dict[str, object],
) -> None:
    kept = [f"--json={ten}/t.json", f"--csv={ten}/t.csv", f"--figures={ten}/pictures"]
    assert evaluate(model_server, ten / "ten.jsonl", f"--table={table}", *kept) == 0
    first = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line}
    assert set(names) <= first
    rows = json.loads((ten / "t.json").read_text())["rows"]
    assert set(names) <= rows.keys()
    with (ten / "t.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert {row["name"]: int(row["correct"]) for row in lines} == {
        name: figures["correct"] for name, figures in rows.items()
    }
    with Image.open(ten / "pictures" / "survey.png") as drawn:
        assert drawn.width > 400


def test_non_digits_are_counted_by_kind(
    model_server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "non-digits", "--server", model_server.target]) == 0
    said = capsys.readouterr().out
    assert all(kind in said for kind in ("scribble", "letter", "blank", "full", "all"))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["mnist", "--table=presets", "--against=1"], "--against cannot compare"),
        (["non-digits", "--json=a.json"], "so --json cannot be used"),
        (["non-digits", "--limit=3", "--table=presets"], "so --table --limit cannot"),
        (["mnist", "--limit=0"], "expected 1 or more digits"),
        (["mnist", "--csv=/nowhere/a.csv"], "Name a file in a folder that exists"),
        (["mnist", "--json=/"], "Name a file in a folder that exists"),
        (["mnist", f"--figures={__file__}"], "Name a folder"),
        (["mnst"], "or one of mnist, pen-digits, non-digits"),
    ],
)
def test_no_option_is_left_undone_without_a_word(
    capsys: pytest.CaptureFixture[str], options: list[str], reason: str
) -> None:
    assert main(["evaluate", *options]) == 1
    assert reason in capsys.readouterr().err


def test_run_to_compare_with_is_read_before_anything_is_asked(
    ten: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--against=nowhere.json", "--server=127.0.0.1:1"]
    assert main(["evaluate", str(ten / "ten.npz"), *options]) == 1
    assert (
        "which is not an evaluation (No such file or directory)."
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["mnist", "--data="], "DIGITS_DATA"),
        (["nowhere.npz"], "does not exist"),
        (["mnist", "--data=/nowhere"], "does not exist"),
    ],
)
def test_absent_set_is_one_sentence(
    capsys: pytest.CaptureFixture[str], options: list[str], reason: str
) -> None:
    assert main(["evaluate", *options]) == 1
    assert reason in capsys.readouterr().err


def test_writers_of_images_are_refused(
    ten: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(ten / "ten.npz"), "--writers", "a"]) == 1
    assert "this set has no writers" in capsys.readouterr().err


@pytest.mark.data
def test_default_reads_the_pen_digits(
    model_server: EmbeddedServer, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(data), "--limit=1000", "--server", model_server.target]
    assert main(["evaluate", *options]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert float(line.split()[1].rstrip("%")) >= 95
