"""Every exercise of the course answers with a hint, and never with a traceback."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

from digits_widget.course import Progress, check, progress
from digits_widget.course.exercises import Exercise, exercises_of, lessons
from digits_widget.errors import OptionError

EVERY = [(lesson, number) for lesson in lessons() for number in exercises_of(lesson)]
LESSON, NUMBER = EVERY[0]

STRANGE = [
    None,
    0,
    -1.5,
    "an answer",
    [],
    {},
    (1, 2, 3),
    object(),
    np.full((28, 28), np.nan),
    np.zeros((0,)),
    "<script>alert(1)</script>" * 1000,
    lambda *_: None,
    int,
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the progress of the tests apart from that of the person who runs them."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    return tmp_path / "digits_widget" / "solved-exercises.txt"


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any answer to the first exercise a right one."""

    def anything(answer: object) -> None:
        del answer

    replace(monkeypatch, anything)


def replace(monkeypatch: pytest.MonkeyPatch, exercise: Exercise) -> None:
    """Put another function in the place of the first exercise's."""
    found = {NUMBER: exercise}
    monkeypatch.setitem(check.__globals__, "exercises_of", lambda _: found)


def values(lesson: int, number: int, value: object) -> Mapping[str, object]:
    return dict.fromkeys(
        inspect.signature(exercises_of(lesson)[number]).parameters, value
    )


@pytest.mark.parametrize(("lesson", "number"), EVERY)
def test_what_is_missing_is_said(lesson: int, number: int) -> None:
    verdict = check(lesson, number, {})
    assert not verdict.right
    assert "Run the cells above first" in verdict.hint


@pytest.mark.parametrize(("lesson", "number"), EVERY)
def test_three_dots_are_no_answer(lesson: int, number: int) -> None:
    verdict = check(lesson, number, values(lesson, number, ...))
    assert "three dots" in verdict.hint


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(("lesson", "number"), EVERY)
def test_a_strange_answer_gets_a_hint(lesson: int, number: int, value: object) -> None:
    verdict = check(lesson, number, values(lesson, number, value))
    assert not verdict.right
    assert len(verdict.hint) < 600
    page = BeautifulSoup(verdict._repr_html_(), "html.parser")
    assert not page.find("script")


@pytest.mark.parametrize(("lesson", "number"), [(LESSON, 99), (99, 1), (-1, 1)])
def test_there_is_no_such_exercise(lesson: int, number: int) -> None:
    with pytest.raises(OptionError, match=r"has no (lesson|exercise)"):
        check(lesson, number, {})


def test_an_answer_that_fails_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(answer: object) -> str:
        msg = f"{answer} is too small"
        raise ZeroDivisionError(msg)

    replace(monkeypatch, fails)
    verdict = check(LESSON, NUMBER, {"answer": 0})
    assert verdict.hint == "answer cannot be checked. ZeroDivisionError: 0 is too small"


def test_an_answer_that_ends_the_program_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ends(answer: object) -> None:
        raise SystemExit(answer)

    replace(monkeypatch, ends)
    assert "SystemExit: 3" in check(LESSON, NUMBER, {"answer": 3}).hint


@pytest.mark.usefixtures("solved")
def test_a_right_answer_counts_once(folder: Path) -> None:
    for _ in range(2):
        verdict = check(LESSON, NUMBER, {"answer": 1})
    assert verdict.right
    assert "✓" in str(verdict)
    assert "1 of" in verdict.done
    assert progress().solved == {(LESSON, NUMBER)}
    assert folder.read_text().count("\n") == 1


@pytest.mark.usefixtures("solved")
def test_progress_that_cannot_be_kept_is_no_obstacle(folder: Path) -> None:
    folder.parent.write_text("a file where the folder should be")
    assert check(LESSON, NUMBER, {"answer": 1}).right
    assert not progress().solved


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"lesson x exercise 1\n", b"lesson 1\n", b"{}"]
)
def test_a_damaged_file_is_no_progress(folder: Path, content: bytes) -> None:
    folder.parent.mkdir()
    folder.write_bytes(content)
    assert progress() == Progress()


def test_progress_is_a_table_of_all_lessons() -> None:
    page = BeautifulSoup(progress()._repr_html_(), "html.parser")
    assert len(page.find_all("tr")) == len(lessons())
    assert repr(progress()).count("\n") == len(lessons()) - 1
