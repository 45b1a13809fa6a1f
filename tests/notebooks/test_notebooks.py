"""Every notebook runs from top to bottom without a hand, and keeps to their format."""

from __future__ import annotations

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

from tests.without_tensorflow import write_sitecustomize

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
COURSE = [path for path in NOTEBOOKS if path.name[0].isdigit()]

NEED_TENSORFLOW = {"01_export"}
SHOW_TENSORFLOW = {"02_inspect", "03_predict_over_grpc"}
"""These lessons have a cell that runs TensorFlow's own tools where they are there."""

DETAILS = re.compile(r"<details>.*?</details>", re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXERCISE = re.compile(r"^### Exercise (\d+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def name(path: Path) -> str:
    return path.stem


def cells(notebook: NotebookNode, kind: str) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def solutions(markdown: str) -> list[str]:
    """Return the Python code that a Markdown cell hides in ``<details>``."""
    hidden = DETAILS.findall(markdown)
    return [code for each in hidden for code in PYTHON.findall(each)]


def with_solutions(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with each hidden solution as a cell after its own.

    A solution works on a copy of what is there, so that no cell can come to need it.
    """
    run = []
    for cell in notebook.cells:
        run.append(cell)
        if cell.cell_type == "markdown":
            run += [
                new_code_cell(f"exec({code!r}, dict(globals()))")
                for code in solutions(cell.source)
            ]
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
def lesson(chapter: Path) -> NotebookNode:
    return nbformat.read(chapter, as_version=4)


def test_there_is_a_course_without_a_gap() -> None:
    assert [int(path.stem[:2]) for path in COURSE] == list(range(8))


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


def test_notebook_begins_with_what_it_gives(
    chapter: Path, lesson: NotebookNode
) -> None:
    first = lesson.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {int(chapter.stem[:2])} · ")
    assert "**You will be able to**" in first.source
    (minutes,) = re.findall(r"\*\*Time:\*\* about (\d+) minutes", first.source)
    assert 10 <= int(minutes) <= 20
    if chapter != COURSE[0]:
        assert "**Before this:** [" in first.source


def test_notebook_has_exercises_with_solutions_and_room_to_work(
    lesson: NotebookNode,
) -> None:
    numbers = []
    for cell, after in pairwise(lesson.cells):
        found = EXERCISE.findall(cell.source) if cell.cell_type == "markdown" else []
        if found:
            numbers += found
            assert len(DETAILS.findall(cell.source)) == len(found) == 1
            assert after.source == "# Your code" or not solutions(cell.source)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert len(numbers) >= 2


def test_notebook_ends_with_a_recap_and_a_way_on(lesson: NotebookNode) -> None:
    last = lesson.cells[-1]
    assert last.cell_type == "markdown"
    assert last.source.startswith("## Recap\n")
    learnt = re.findall(r"^- ", last.source, re.MULTILINE)
    assert 3 <= len(learnt) <= 6
    assert re.search(r"\*\*Next:\*\* .*\[.+\]\(.+\)", last.source)


def test_links_of_a_notebook_lead_somewhere(path: Path, notebook: NotebookNode) -> None:
    prose = FENCED.sub("", "\n".join(cells(notebook, "markdown")))
    for target in LINK.findall(prose):
        if not target.startswith(("https://", "http://")):
            assert (path.parent / target).exists(), target


def test_notebook_never_says_probability_of_a_confidence(
    chapter: Path, lesson: NotebookNode
) -> None:
    # Notebook 6 tells why not.
    if "confidence" not in chapter.stem:
        assert "probabilit" not in "\n".join(cell.source for cell in lesson.cells)


def test_the_compose_file_in_the_notebooks_is_the_one_that_is_shipped() -> None:
    (production,) = [path for path in NOTEBOOKS if path.stem == "07_in_production"]
    markdown = "\n".join(cells(nbformat.read(production, as_version=4), "markdown"))
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE)
    shipped = (ROOT / "deploy" / "compose.yaml").read_text()
    assert yaml.safe_load(shown) == yaml.safe_load(shipped)
