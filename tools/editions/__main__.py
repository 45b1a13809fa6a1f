"""Builds the editions of the course into ``build/editions/``.

``student/`` and ``instructor/`` hold notebooks, ``slides/`` pages for a browser, which
show what the cells gave against an embedded server. Nothing is fetched, now or later.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

from digits_widget.model_server.embedded import EmbeddedServer
from tools.editions.editions import instructor, slides, student
from tools.lessons import COURSE, ROOT, Lesson

EDITIONS: dict[str, Callable[[NotebookNode], NotebookNode]] = {
    "student": student,
    "instructor": instructor,
}

TEMPLATES = Path(__file__).parent
SHOWN = ["text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain"]
"""What a slide prefers of an output: without a kernel, a widget is its picture."""


def main(argv: list[str] | None = None) -> int:
    """Build, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", nargs="*", type=int, help="numbers; by default all")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "editions")
    args = parser.parse_args(argv)
    chosen = [Lesson(path) for path in COURSE]
    chosen = [each for each in chosen if each.number in (args.lessons or range(99))]
    for name, edition in EDITIONS.items():
        write_notebooks(chosen, edition, args.output / name)
    with EmbeddedServer() as server:
        settings = {"DIGITS_SERVER": server.target, "DIGITS_REST": server.rest_url}
        write_slides(chosen, args.output / "slides", settings)
    print(f"The editions are in {args.output}.")
    return 0


def write_notebooks(
    lessons: list[Lesson],
    edition: Callable[[NotebookNode], NotebookNode],
    folder: Path,
) -> None:
    """Write one edition of the lessons as notebooks."""
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in lessons:
        nbformat.write(edition(lesson.notebook), folder / lesson.path.name)


def write_slides(lessons: list[Lesson], folder: Path, settings: dict[str, str]) -> None:
    """Run the lessons and write them as slides, with Reveal beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    with as_file(files("sphinx_revealjs") / "_static" / "revealjs") as reveal:
        for part in ("dist", "plugin/notes"):
            shutil.copytree(reveal / part, folder / "reveal" / part, dirs_exist_ok=True)
    exporter = SlidesExporter(  # type: ignore[no-untyped-call]
        template_name="reveal_offline",
        extra_template_basedirs=[str(TEMPLATES)],
        reveal_url_prefix="reveal",
        reveal_theme="white",
        reveal_width="1200",
        reveal_height="700",
        config=Config({"NbConvertBase": {"display_data_priority": SHOWN}}),
    )
    for lesson in lessons:
        show = slides(lesson.notebook)
        run(show, settings)
        page, _ = exporter.from_notebook_node(show)
        (folder / lesson.path.with_suffix(".html").name).write_text(page, "utf-8")


def run(notebook: NotebookNode, settings: dict[str, str]) -> None:
    """Run a notebook from top to bottom, and keep in it what its cells gave."""
    client = NotebookClient(
        notebook, timeout=240, resources={"metadata": {"path": str(ROOT / "notebooks")}}
    )
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), **settings})


if __name__ == "__main__":
    sys.exit(main())
