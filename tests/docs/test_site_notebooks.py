"""What the site shows of notebooks: their outputs, drawn pads, the theme's colours."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from digits_widget.model_server.embedded import EmbeddedServer
from tests.docs.pages import ROOT
from tools.lessons import ROUTES
from tools.site import notebooks
from tools.site.notebooks import run_notebook, run_notebooks

CELLS = [
    new_markdown_cell("# A lesson"),
    new_code_cell(
        "from digits_widget import DigitsWidget, sample\n"
        "widget = DigitsWidget()\nwidget",
        metadata={"hand": "drawn = sample(3); widget.draw(drawn)"},
    ),
    new_code_cell("widget.draw(sample(4))\nwidget.wait()\nwidget.filmstrip"),
    new_code_cell("import os; os.environ['DIGITS_SERVER']"),
    new_code_cell("'drawn' in globals()"),
    new_code_cell(
        "from IPython.display import IFrame\nIFrame('http://127.0.0.1:1', 9, 9)"
    ),
    new_code_cell("widget.close()"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=CELLS), path)
    return path


def shown(cell: NotebookNode) -> NotebookNode:
    return next(out.data for out in cell.outputs if "image/png" in out.get("data", {}))


@pytest.mark.server
def test_a_pad_is_shown_as_a_learner_would_leave_it(
    path: Path, tmp_path: Path, model_server: EmbeddedServer
) -> None:
    ran = run_notebook(path, model_server, str(tmp_path / "data"))
    first, second = ran.cells[1], ran.cells[2]
    assert shown(first)["text/plain"] == "<DigitsWidget: 3, sure>"
    assert first.metadata["mystnb"]["image"]["alt"] == "DigitsWidget: 3, sure"
    assert "4" in second.metadata["mystnb"]["image"]["alt"]
    assert shown(first)["image/png"] != shown(second)["image/png"]
    assert model_server.target in ran.cells[3].outputs[0].data["text/plain"]
    # What the hand did left no name.
    assert ran.cells[4].outputs[0].data["text/plain"] == "False"
    (frame,) = ran.cells[5].outputs
    assert "you see the page here" in frame.data["text/html"]
    # Beside its outputs, nothing has changed.
    assert [c.source for c in ran.cells] == [c.source for c in CELLS]


@pytest.mark.server
def test_an_empty_pad_stops_the_site(
    path: Path, tmp_path: Path, model_server: EmbeddedServer
) -> None:
    del (notebook := nbformat.read(path, as_version=4)).cells[1].metadata["hand"]
    nbformat.write(notebook, path)
    with pytest.raises(ValueError, match="shows an empty pad"):
        run_notebook(path, model_server, str(tmp_path / "data"))


@pytest.mark.server
def test_what_ran_is_kept_until_it_changes(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    path.write_text(nbformat.writes(new_notebook(cells=[new_code_cell("6 * 7")])))
    first = run_notebooks([path], kept)
    assert '"42"' in first[path]
    with monkeypatch.context() as patch:
        patch.setattr(notebooks, "run_notebook", pytest.fail)
        assert run_notebooks([path], kept) == first
    path.write_text(path.read_text().replace("6 * 7", "6 * 8"))
    assert '"48"' in run_notebooks([path], kept)[path]
    assert len(list(kept.iterdir())) == 1


def test_the_routes_are_those_of_the_lessons() -> None:
    page = (ROOT / "docs" / "tutorials" / "index.md").read_text()
    routes = re.findall(r"(?m)^- \*\*.*\*\*: ([\d, ]+)[;.]$", page)
    assert [tuple(map(int, route.split(", "))) for route in routes] == [
        *ROUTES.values()
    ]


def test_the_site_has_each_colour_that_outputs_ask_for() -> None:
    style = (ROOT / "docs" / "static" / "site.css").read_text()
    package = ROOT / "digits_widget"
    files = [*package.glob("*.py"), *(package / "figures").glob("*.py")]
    asked = {
        name
        for file in files
        for name in re.findall(r"var\((--jp-[\w-]+)", file.read_text())
    }
    assert asked
    assert asked <= set(re.findall(r"(--jp-[\w-]+):", style))
