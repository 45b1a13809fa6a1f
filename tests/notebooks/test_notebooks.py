"""Every notebook runs from top to bottom without a hand, and keeps to their format."""

from __future__ import annotations

import ast
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from digits_widget.course.exercises import exercises_of
from tests.without_tensorflow import write_sitecustomize
from tools.lessons import (
    CHECK,
    COURSE,
    DETAILS,
    EXERCISE,
    QUESTION,
    ROOT,
    ROUTES,
    Lesson,
    worked_exercises,
)

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

NEED_TENSORFLOW = {"01_export"}
SHOW_TENSORFLOW = {"02_inspect", "03_predict_over_grpc"}
"""These lessons have a cell that runs TensorFlow's own tools where they are there."""

ANSWER = re.compile(r"<details><summary><b>Answer to question (\d+)</b></summary>")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def name(path: Path) -> str:
    return path.stem


def cells(notebook: NotebookNode, kind: str) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def with_solutions(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with each solution, and its check, after the learner's own.

    A solution works on a copy of what is there, so that no cell can come to need it.
    """
    run = list(notebook.cells)
    for number, solution, place in reversed(list(worked_exercises(notebook.cells))):
        ((lesson, exercise),) = CHECK.findall(notebook.cells[place].source)
        assert int(exercise) == number
        solved = f"solved = dict(globals())\nexec({solution!r}, solved)\n"
        verdict = f"check({lesson}, {exercise}, solved)"
        cell = new_code_cell(solved + verdict, metadata={"solves": number})
        run.insert(place + 1, cell)
    notebook.cells = run
    return notebook


@pytest.fixture(params=NOTEBOOKS, ids=name)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def notebook(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture(params=COURSE, ids=name)
def chapter(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def lesson(chapter: Path) -> Lesson:
    return Lesson(chapter)


def test_there_is_a_course_without_a_gap() -> None:
    assert [Lesson(path).number for path in COURSE] == list(range(9))


RUNS = [(path, path.stem not in NEED_TENSORFLOW) for path in NOTEBOOKS] + [
    (path, False) for path in NOTEBOOKS if path.stem in SHOW_TENSORFLOW
]


@pytest.mark.server
@pytest.mark.parametrize(
    ("path", "hidden"),
    RUNS,
    ids=[f"{path.stem}{'-without-tensorflow' * hidden}" for path, hidden in RUNS],
)
def test_notebook_runs_from_top_to_bottom(
    path: Path,
    model_server: EmbeddedServer,
    tmp_path_factory: pytest.TempPathFactory,
    *,
    hidden: bool,
) -> None:
    notebook = nbformat.read(path, as_version=4)
    tmp_path = tmp_path_factory.mktemp("tmp")
    python_path = [str(ROOT)]
    if hidden:
        python_path.insert(0, str(write_sitecustomize(tmp_path_factory.mktemp("path"))))
    settings = {
        "DIGITS_SERVER": model_server.target,
        "DIGITS_REST": model_server.rest_url,
        "PYTHONPATH": os.pathsep.join(python_path),
        "TMPDIR": str(tmp_path),
        "JUPYTER_DATA_DIR": str(tmp_path_factory.mktemp("data")),
    }
    # In a test the kernel would not show what C++ writes to stderr.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    client = NotebookClient(
        with_solutions(notebook),
        timeout=240,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env={**inherited, **settings})
    outputs = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    assert outputs
    assert _wrong_verdicts(notebook) == []
    assert not [out.text for out in outputs if out.get("name") == "stderr"]
    assert not [out for out in outputs if out.output_type == "error"]
    assert not list(tmp_path.iterdir())


def test_notebook_is_committed_without_output(notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    assert notebook.metadata.kernelspec.name == "python3"


def _wrong_verdicts(notebook: NotebookNode) -> list[str]:
    """Return what is said about the starters, if not a hint, and the solutions."""
    wrong = []
    for cell in notebook.cells:
        if "solves" in cell.metadata or CHECK.match(cell.source):
            (said,) = (out.data["text/plain"] for out in cell.outputs if "data" in out)
            if ("✓" in said) != ("solves" in cell.metadata):
                wrong.append(f"{cell.source}: {said}")
    return wrong


def test_notebook_begins_with_what_it_gives(lesson: Lesson) -> None:
    first = lesson.notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {lesson.number} · ")
    assert "**You will be able to**" in first.source
    if lesson.number:
        assert "**Before this:** [" in first.source


def test_notebook_says_how_long_it_takes(lesson: Lesson) -> None:
    assert lesson.stated == lesson.estimated


def test_core_of_a_notebook_needs_nothing_of_its_deeper_parts(lesson: Lesson) -> None:
    deeper: set[str] = set()
    core: set[str] = set()
    for cell, is_deeper in lesson.parts():
        if cell.cell_type != "code" or cell.source.startswith("%%"):
            continue
        given, needed = _names(cell.source)
        if is_deeper:
            deeper |= given - core
        else:
            assert not needed & deeper - core
            core |= given


def _names(code: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds, and those that it reads."""
    lines = [line for line in code.splitlines() if not line.startswith(("%", "!"))]
    tree = ast.parse("\n".join(lines))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    given = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            given.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            given |= {each.asname or each.name.split(".")[0] for each in node.names}
    return given, {node.id for node in names if isinstance(node.ctx, ast.Load)}


def test_notebook_asks_before_it_shows(lesson: Lesson) -> None:
    assert lesson.questions == list(range(1, len(lesson.questions) + 1))
    assert len(lesson.questions) >= 5
    kinds = [_kind(cell) for cell in lesson.notebook.cells]
    for number in lesson.questions:
        asked, answered = (
            kinds.index(f"question {number}"),
            kinds.index(f"answer {number}"),
        )
        between = kinds[asked + 1 : answered]
        assert between
        assert set(between) == {"code"}, f"question {number}"


def _kind(cell: NotebookNode) -> str:
    if cell.cell_type == "code":
        return "code"
    if found := QUESTION.match(cell.source):
        return f"question {found[1]}"
    if found := ANSWER.match(cell.source):
        return f"answer {found[1]}"
    return "prose"


def test_notebook_has_exercises_with_hints_solutions_and_checks(
    lesson: Lesson,
) -> None:
    assert lesson.exercises == list(range(1, len(lesson.exercises) + 1))
    assert len(lesson.exercises) >= 2
    assert lesson.exercises == sorted(exercises_of(lesson.number))
    found = list(worked_exercises(lesson.notebook.cells))
    assert [number for number, _, _ in found] == lesson.exercises
    for number, solution, place in found:
        assert solution, f"exercise {number}"
        starter = lesson.notebook.cells[place - 1]
        if starter.cell_type == "code":
            assert starter.source.count("...") == 1
        else:
            assert "pad" in starter.source
    for cell in lesson.notebook.cells:
        if cell.cell_type == "markdown" and EXERCISE.search(cell.source):
            titles = [found["title"] for found in DETAILS.finditer(cell.source)]
            assert titles == ["Hint", "Solution"]


def test_no_cell_is_a_wall_of_code(lesson: Lesson) -> None:
    codes = cells(lesson.notebook, "code")
    written = [code for code in codes if not code.startswith("%%writefile")]
    assert max(len(code.splitlines()) for code in written) <= 30


def test_notebook_ends_with_a_recap_and_a_way_on(lesson: Lesson) -> None:
    last = lesson.notebook.cells[-1]
    assert last.cell_type == "markdown"
    assert last.source.startswith("## Recap\n")
    learnt = re.findall(r"^- ", last.source, re.MULTILINE)
    assert 3 <= len(learnt) <= 6
    assert re.search(r"\*\*Next:\*\* .*\[.+\]\(.+\)", last.source)


@pytest.mark.parametrize("route", ROUTES.values(), ids=list(ROUTES))
def test_a_route_leads_from_lesson_to_lesson(route: tuple[int, ...]) -> None:
    for number, after in pairwise(route):
        last = Lesson(COURSE[number]).notebook.cells[-1].source
        assert COURSE[after].name in last, f"lesson {number} does not lead to {after}"


def test_links_of_a_notebook_lead_somewhere(path: Path, notebook: NotebookNode) -> None:
    prose = FENCED.sub("", "\n".join(cells(notebook, "markdown")))
    for target in LINK.findall(prose):
        if not target.startswith(("https://", "http://")):
            assert (path.parent / target).exists(), target


def test_notebook_never_says_probability_of_a_confidence(lesson: Lesson) -> None:
    # Notebook 6 tells why not.
    if "confidence" not in lesson.path.stem:
        words = "\n".join(cell.source for cell in lesson.notebook.cells)
        assert "probabilit" not in words


def test_the_compose_file_in_the_notebooks_is_the_one_that_is_shipped() -> None:
    (production,) = [path for path in NOTEBOOKS if path.stem == "07_in_production"]
    markdown = "\n".join(cells(nbformat.read(production, as_version=4), "markdown"))
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE)
    shipped = (ROOT / "deploy" / "compose.yaml").read_text()
    assert yaml.safe_load(shown) == yaml.safe_load(shipped)
