"""A class's saved drawings become one set, whatever the files are like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digits_widget import PRESETS, Drawing, sample
from digits_widget.datasets.class_set import bundled_class, read_class
from digits_widget.drawing import Stroke
from digits_widget.errors import DataError


def test_drawings_are_merged_in_order_of_names(tmp_path: Path) -> None:
    for name, digit in (("ben-4", 4), ("anna-7", 7), ("anna-0", 0)):
        sample(digit).save(tmp_path / f"{name}.json")
    found = read_class(tmp_path)
    assert found.names == ("anna-0.json", "anna-7.json", "ben-4.json")
    assert found.digits.labels.tolist() == [0, 7, 4]
    assert found.digits.writers == ("anna", "anna", "ben")
    assert found.digits.drawings[1] == sample(7)
    assert not found.skipped


@pytest.mark.parametrize(
    ("name", "label", "writer"),
    [
        ("anna-7", 7, "anna"),
        ("7", 7, ""),
        ("anna_7", 7, "anna"),
        ("anna7", 7, "anna"),
        ("anna-maria-7 (1)", 7, "anna-maria"),
        ("anna-7-b", 7, "anna"),
        ("Zoë 3", 3, "Zoë"),
        ("fox12-7", 7, "fox12"),
    ],
)
def test_a_name_tells_digit_and_writer(
    name: str, label: int, writer: str, tmp_path: Path
) -> None:
    sample(label).save(tmp_path / f"{name}.json")
    found = read_class(tmp_path)
    assert found.digits.labels.tolist() == [label]
    assert found.digits.writers == (writer,)


def test_a_label_in_the_file_comes_first(tmp_path: Path) -> None:
    data = json.loads(sample(7).to_json()) | {"label": 1}
    (tmp_path / "anna-7.json").write_text(json.dumps(data))
    assert read_class(tmp_path).digits.labels.tolist() == [1]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("anna-7", '{"format": "digits-widget/draw', "not a drawing"),
        ("anna-7", "", "not a drawing"),
        ("anna-7", "[1, 2]", "not a drawing"),
        ("anna-7", "\udcff", "utf-8"),
        ("anna-12", sample(1).to_json(), "no label"),
        ("anna", sample(1).to_json(), "no label"),
        ("digit(3)", sample(1).to_json(), "no label"),
        ("anna-7", Drawing().to_json(), "has no ink"),
        (
            "anna-7",
            Drawing([Stroke([[0.5, 0.5], [0.6, 0.6]], ink=False)]).to_json(),
            "has no ink",
        ),
        (
            "anna-7",
            json.dumps(json.loads(sample(1).to_json()) | {"label": "seven"}),
            "'seven'",
        ),
        (
            "anna-7",
            json.dumps(json.loads(sample(1).to_json()) | {"label": True}),
            "True",
        ),
    ],
)
def test_a_bad_file_is_named_and_left_out(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    (tmp_path / f"{name}.json").write_bytes(text.encode(errors="surrogateescape"))
    sample(2).save(tmp_path / "ben-2.json")
    found = read_class(tmp_path)
    assert found.names == ("ben-2.json",)
    (said,) = found.skipped
    assert said.startswith(f"{name}.json: ")
    assert why in said
    assert str(tmp_path) not in said


def test_copies_that_jupyter_made_do_not_count_twice(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    sample(2).save(tmp_path / ".ipynb_checkpoints" / "ben-2-checkpoint.json")
    assert not read_class(tmp_path)


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a folder"):
        read_class(tmp_path / "class")


def test_an_empty_folder_is_an_empty_class(tmp_path: Path) -> None:
    assert len(read_class(tmp_path)) == 0


def test_the_bundled_class_goes_the_whole_road() -> None:
    found = bundled_class()
    assert PRESETS["mnist"].batch(found.digits.drawings).shape == (10, 28, 28)
    assert found.digits.labels.tolist() == [*range(10)]


def test_files_that_hold_no_strokes_are_named_and_others_passed_over(
    tmp_path: Path,
) -> None:
    sample(7).save(tmp_path / "anna-7.json")
    (tmp_path / "anna-7.json").rename(tmp_path / "anna-7.JSON")
    for name in ("ben-4.png", "cleo-1.SVG", "notes.txt"):
        (tmp_path / name).touch()
    found = read_class(tmp_path)
    assert found.names == ("anna-7.JSON",)
    assert [sentence.split(":")[0] for sentence in found.skipped] == [
        "ben-4.png",
        "cleo-1.SVG",
    ]
    assert "A PNG has no strokes. Save" in found.skipped[0]
