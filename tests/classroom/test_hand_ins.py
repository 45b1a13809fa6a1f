"""What is handed in is kept whole, under a name of ours, and never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digits_widget.classroom.hand_ins import HandedIn, HandIns
from digits_widget.datasets import LabelledDrawings
from digits_widget.datasets.class_set import newest_session, read_class
from digits_widget.datasets.sets import read_set
from digits_widget.samples import sample


def handed_in(digit: int = 7, writer: str = "Anna", key: str = "0" * 12) -> HandedIn:
    return HandedIn(key, sample(digit), digit, writer, "usual", "all", "f" * 12)


def test_a_drawing_is_kept_and_read_again_after_a_restart(tmp_path: Path) -> None:
    hand_ins = HandIns(tmp_path / "class" / "2026-11-29")
    hand_ins.keep(handed_in())
    again = HandIns(hand_ins.folder)
    assert list(again) == [handed_in()]
    assert [path.name for path in hand_ins.folder.iterdir()] == [
        "anna-7-000000000000.json"
    ]


@pytest.mark.parametrize(
    "writer",
    [
        "anna",
        "../../etc/passwd",
        "<script>",
        "🐱",
        "CON",
        "anna 2",
        "Zoë",
        "a/b\\c:d",
        ".",
        "-rf",
    ],
)
def test_a_nickname_is_kept_in_the_file_and_never_is_its_name(
    writer: str, tmp_path: Path
) -> None:
    hand_ins = HandIns(tmp_path)
    hand_ins.keep(handed_in(writer=writer))
    (path,) = tmp_path.iterdir()
    assert path.name.isascii()
    assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.")
    assert json.loads(path.read_text())["writer"] == writer
    assert list(HandIns(tmp_path)) == [handed_in(writer=writer)]
    found = read_class(tmp_path)
    assert found.digits.writers == (writer,)
    assert found.digits.labels.tolist() == [7]


def test_two_learners_of_one_name_keep_their_files(tmp_path: Path) -> None:
    hand_ins = HandIns(tmp_path)
    hand_ins.keep(handed_in(key="a" * 12))
    hand_ins.keep(handed_in(key="b" * 12))
    assert len(list(tmp_path.iterdir())) == len(hand_ins) == 2


def test_one_is_erased_and_then_all(tmp_path: Path) -> None:
    hand_ins = HandIns(tmp_path)
    for key in "abc":
        hand_ins.keep(handed_in(key=key * 12))
    (tmp_path / "notes.txt").write_text("the teacher's own")
    assert hand_ins.erase("a" * 32)
    assert hand_ins.erase("a" * 32) is None
    assert "a" * 32 not in hand_ins
    assert len(HandIns(tmp_path)) == 2
    hand_ins.erase_all()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_damaged_file_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    hand_ins = HandIns(tmp_path)
    hand_ins.keep(handed_in())
    (tmp_path / "ben-3-123456789abc.json").write_text("{")
    (tmp_path / "eve-3-123456789abd.json").write_text(sample(3).to_json())
    (tmp_path / ".x.part").write_text("half")
    again = HandIns(tmp_path)
    assert len(again) == 1
    assert [why.partition(":")[0] for why in again.skipped] == [
        "ben-3-123456789abc.json",
        "eve-3-123456789abd.json",
    ]
    assert not (tmp_path / ".x.part").exists()


def test_nothing_that_was_handed_in_outlives_erasing_everything(tmp_path: Path) -> None:
    hand_ins, second = HandIns(tmp_path), HandIns(tmp_path)
    hand_ins.keep(handed_in(key="a" * 12))
    second.keep(handed_in(key="b" * 12))
    (tmp_path / "ben-3-123456789abc.json").write_text("{")
    (tmp_path / "notes.json").write_text("the teacher's own")
    hand_ins.erase_all()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.json"]


def test_a_full_disk_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_ins = HandIns(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        hand_ins.keep(handed_in())
    assert not len(hand_ins)
    assert not list(tmp_path.iterdir())


def test_a_session_is_a_labelled_set_for_evaluate(tmp_path: Path) -> None:
    hand_ins = HandIns(tmp_path)
    for digit in range(10):
        hand_ins.keep(handed_in(digit, key=f"{digit}" * 12))
    (tmp_path / "session.txt").write_text("{}")
    known = read_set(tmp_path)
    assert isinstance(known, LabelledDrawings)
    assert sorted(known.labels.tolist()) == list(range(10))
    assert not read_class(tmp_path).skipped


def test_the_newest_session_with_drawings_is_found(tmp_path: Path) -> None:
    assert newest_session(tmp_path / "class") is None
    for day in ("2026-11-28", "2026-11-29", "2026-11-30"):
        HandIns(tmp_path / "class" / day)
    HandIns(tmp_path / "class" / "2026-11-29").keep(handed_in())
    HandIns(tmp_path / "class" / "2026-11-28").keep(handed_in())
    found = newest_session(tmp_path / "nowhere", tmp_path / "class")
    assert found == tmp_path / "class" / "2026-11-29"
