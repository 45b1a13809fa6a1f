"""Runs the notebooks for the site, and keeps what came out until something changes.

The widget leaves a picture in its output when a cell shows it: a pad without an answer,
or an empty one for the learner to draw on. On a page without a kernel that picture
would stay, so the site shows the widget once it has an answer. Where the learner draws,
the cell's metadata have ``hand``: code that draws what a learner might.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import digits_widget
from digits_widget.model_server.embedded import EmbeddedServer
from tools.site import widget_output

ROOT = Path(__file__).resolve().parents[2]

_FRAME = "<p><em>In the notebook, you see the page here.</em></p>"

_WIDGET = "application/vnd.jupyter.widget-view+json"
_PNG = "image/png"

_PRINT_OUTPUT = """\
exec({!r}, dict(globals()))
print(__import__("tools.site.widget_output", fromlist=["output"]).output({!r}))"""
"""For the kernel, in which it leaves no name."""


def run_notebooks(paths: list[Path], kept: Path) -> dict[Path, str]:
    """Return each notebook as JSON with its outputs.

    Parameters
    ----------
    paths : list of Path
        Notebooks without output.
    kept : Path
        A folder of notebooks that ran. What is there is not run again, unless the
        notebook or the package has changed.
    """
    package = _digest(_sources())
    places = {path: kept / f"{path.stem}-{package}-{_digest([path])}" for path in paths}
    missing = [path for path in paths if not places[path].exists()]
    if missing:
        kept.mkdir(parents=True, exist_ok=True)
        with EmbeddedServer() as server, TemporaryDirectory() as data:
            for path in missing:
                ran = run_notebook(path, server, data)
                places[path].write_text(nbformat.writes(ran), encoding="utf-8")
    for old in set(kept.glob("*")) - set(places.values()):
        old.unlink()
    return {path: place.read_text(encoding="utf-8") for path, place in places.items()}


def run_notebook(path: Path, server: EmbeddedServer, data: str) -> NotebookNode:
    """Run a notebook from top to bottom beside a server; return it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=180, resources={"metadata": {"path": str(path.parent)}}
    )
    settings = {
        "DIGITS_SERVER": server.target,
        "DIGITS_REST": server.rest_url,
        "PYTHONPATH": str(ROOT),
        # A learner's progress is not the site's.
        "JUPYTER_DATA_DIR": data,
    }
    with client.setup_kernel(env=os.environ | settings):
        for place, cell in enumerate(notebook.cells):
            client.execute_cell(cell, place)
            for output in _widgets_in(cell):
                output.data |= _answered(
                    client, place, output.data[_WIDGET]["model_id"]
                )
    for cell in notebook.cells:
        _describe_pictures(cell)
        _leave_out_frames(cell)
    return notebook


def _widgets_in(cell: NotebookNode) -> Iterator[NotebookNode]:
    for output in cell.get("outputs", []):
        if {_WIDGET, _PNG} <= output.get("data", {}).keys():
            yield output


def _answered(client: NotebookClient, place: int, model_id: str) -> dict[str, Any]:
    """Return the output of a widget once it has an answer.

    Raises
    ------
    ValueError
        It has none: its pad is empty.
    """
    cell = client.nb.cells[place]
    code = _PRINT_OUTPUT.format(cell.metadata.get("hand", ""), model_id)
    asked = client.execute_cell(new_code_cell(code), place, store_history=False)
    # The client puts what it has run into the notebook.
    client.nb.cells[place] = cell
    data = dict(json.loads("".join(output.text for output in asked.outputs)))
    if not data:
        msg = (
            "A lesson shows an empty pad. Give the metadata of its cell code that "
            f'draws: "hand": "widget.draw(sample(3))". The cell is:\n{cell.source}'
        )
        raise ValueError(msg)
    return data


def _describe_pictures(cell: NotebookNode) -> None:
    """Give a cell's pictures the words that stand for them where they are not seen."""
    for output in cell.get("outputs", []):
        said = output.get("data", {})
        if any(kind.startswith("image/") for kind in said):
            words = said.get("text/plain", "").strip("<>")
            if not words or words.startswith("Figure size"):
                words = "A chart, which the text around it describes"
            cell.metadata.setdefault("mystnb", {}).setdefault("image", {"alt": words})


def _leave_out_frames(cell: NotebookNode) -> None:
    """Replace pages that a server of the notebook showed: it has stopped since."""
    for output in cell.get("outputs", []):
        if "<iframe" in output.get("data", {}).get("text/html", ""):
            output.data["text/html"] = _FRAME


def _sources() -> list[Path]:
    folder = Path(digits_widget.__file__).parent
    return [*sorted(folder.rglob("*.py")), Path(__file__), Path(widget_output.__file__)]


def _digest(paths: list[Path]) -> str:
    digest = sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
