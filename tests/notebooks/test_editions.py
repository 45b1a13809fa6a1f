"""The course for students, for teachers and as slides, from the same notebooks."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from tools.editions.__main__ import write_notebooks, write_slides
from tools.editions.editions import instructor, slides, student
from tools.lessons import CHECK, COURSE, DETAILS, Lesson, worked_exercises
from tools.site.links import check_site

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

LESSONS = [Lesson(path) for path in COURSE]


def name(lesson: Lesson) -> str:
    return lesson.path.stem


@pytest.fixture(params=LESSONS, ids=name)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    found: Lesson = request.param
    return found


def test_students_get_hints_and_no_solutions(lesson: Lesson) -> None:
    edition = student(lesson.notebook)
    nbformat.validate(edition)
    words = "\n".join(cell.source for cell in edition.cells)
    titles = [found["title"] for found in DETAILS.finditer(words)]
    assert "Hint" in titles
    assert not [title for title in titles if title.startswith(("Solution", "Answer"))]
    for _, solution, _ in worked_exercises(lesson.notebook.cells):
        assert solution.strip() not in words


def test_teachers_see_everything_solved(lesson: Lesson) -> None:
    edition = instructor(lesson.notebook)
    nbformat.validate(edition)
    prose = (cell.source for cell in edition.cells if cell.cell_type == "markdown")
    assert "<details>" not in "\n".join(prose)
    for _, solution, place in worked_exercises(lesson.notebook.cells):
        if lesson.notebook.cells[place - 1].cell_type == "code":
            solved = edition.cells[place - 1].source
            assert solved.endswith(solution.strip())
            assert _bound(lesson.notebook.cells[place - 1].source) <= _bound(solved)


def _bound(code: str) -> set[str]:
    """Return the names that a cell gives to those after it."""
    nodes = list(ast.walk(ast.parse(code)))
    names = {n.id for n in nodes if isinstance(n, ast.Name)}
    return names | {n.name for n in nodes if isinstance(n, ast.FunctionDef)}


def test_slides_hide_solutions_and_checks(lesson: Lesson) -> None:
    show = slides(lesson.notebook)
    words = "\n".join(
        cell.source for cell in show.cells if cell.cell_type == "markdown"
    )
    assert "<details>" not in words
    for _, solution, _ in worked_exercises(lesson.notebook.cells):
        assert solution.strip() not in words
    for cell in show.cells:
        kind = cell.metadata["slideshow"]["slide_type"]
        assert (kind == "skip") == bool(CHECK.match(cell.source))
        if cell.source.startswith(("# ", "## ", "**Question ")):
            assert kind == "slide"
        if cell.source.startswith("**Answer"):
            assert kind == "fragment"


def test_no_edition_changes_the_lesson_itself(lesson: Lesson) -> None:
    before = nbformat.writes(lesson.notebook)
    for edition in (student, instructor, slides):
        edition(lesson.notebook)
    assert nbformat.writes(lesson.notebook) == before


def test_notebooks_are_written(tmp_path: Path) -> None:
    write_notebooks(LESSONS, student, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [p.name for p in COURSE]


@pytest.mark.server
def test_slides_need_no_network(model_server: EmbeddedServer, tmp_path: Path) -> None:
    server = {
        "DIGITS_SERVER": model_server.target,
        "DIGITS_REST": model_server.rest_url,
    }
    first = LESSONS[0]
    write_slides([first], tmp_path, server)
    problems = [each for each in check_site(tmp_path) if "fetches" in each]
    assert not problems
    page = (tmp_path / f"{first.path.stem}.html").read_text()
    assert page.count("<section") > 10
    assert "<svg" in page
