"""The lessons: what is in a notebook, and how long it takes.

``python -m tools.lessons`` prints the minutes that each lesson states beside those that
its words, code, questions and exercises take.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]

COURSE = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
"""The lessons, in order."""

ROUTES = {
    "makers": (0, 1, 2, 3, 7, 8),
    "puzzlers": (0, 4, 6, 5, 3),
}
"""Two ways through the course: to build something, and to find out why."""

DETAILS = re.compile(
    r"<details><summary><b>(?P<title>[^<]*)</b></summary>\n(?P<text>.*?)</details>",
    re.DOTALL,
)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
QUESTION = re.compile(r"^\*\*Question (\d+)\.\*\*", re.MULTILINE)
EXERCISE = re.compile(r"^### Exercise (\d+)$", re.MULTILINE)
CHECK = re.compile(r"^check\((\d+), (\d+)\)$")
TIME = re.compile(
    r"\*\*Time:\*\* about (\d+) minutes"
    r"(?:, and (\d+) more for the parts marked \*Deeper\*)?\."
)

# People read prose about something new more slowly than a novel, and code line by line.
# What a question and an exercise take is a guess until a class is watched.
_WORDS_A_MINUTE = 180
_SECONDS_A_LINE = 4
_MINUTES = {"question": 0.5, "exercise": 4.0}


@dataclass(frozen=True)
class Lesson:
    """One notebook of the course.

    Parameters
    ----------
    path : Path
        The notebook.
    """

    path: Path

    @property
    def number(self) -> int:
        """Its place in the course, from 0."""
        return int(self.path.stem[:2])

    @cached_property
    def notebook(self) -> NotebookNode:
        """The cells."""
        return nbformat.read(self.path, as_version=4)

    @property
    def questions(self) -> list[int]:
        """The numbers of the questions, in their order."""
        return [
            int(number) for cell in self._prose for number in QUESTION.findall(cell)
        ]

    @property
    def exercises(self) -> list[int]:
        """The numbers of the exercises, in their order."""
        return [
            int(number) for cell in self._prose for number in EXERCISE.findall(cell)
        ]

    @property
    def stated(self) -> tuple[int, int]:
        """The minutes that it states, for its core and for its deeper parts."""
        found = TIME.search(self.notebook.cells[0].source)
        return (int(found[1]), int(found[2] or 0)) if found else (0, 0)

    @property
    def estimated(self) -> tuple[int, int]:
        """The minutes that its words and its work take, to the next five."""
        core, deeper = (
            sum(_minutes(cell) for cell, is_deeper in self.parts() if is_deeper is kind)
            for kind in (False, True)
        )
        return _to_fives(core), _to_fives(deeper)

    @property
    def _prose(self) -> Iterator[str]:
        return (c.source for c in self.notebook.cells if c.cell_type == "markdown")

    def parts(self) -> Iterator[tuple[NotebookNode, bool]]:
        """Yield each cell, and whether it is in a deeper part."""
        is_deeper = False
        for cell in self.notebook.cells:
            if cell.cell_type == "markdown" and cell.source.startswith("## "):
                is_deeper = cell.source.startswith("## Deeper: ")
            yield cell, is_deeper


def solution_of(markdown: str) -> str | None:
    """Return the Python code of an exercise's solution."""
    for found in DETAILS.finditer(markdown):
        if found["title"] == "Solution":
            return "\n".join(PYTHON.findall(found["text"]))
    return None


def worked_exercises(cells: Iterable[NotebookNode]) -> Iterator[tuple[int, str, int]]:
    """Yield each exercise's number and solution, and the place of its check."""
    number, solution = 0, ""
    for place, cell in enumerate(cells):
        if cell.cell_type == "markdown" and (found := EXERCISE.search(cell.source)):
            number, solution = int(found[1]), solution_of(cell.source) or ""
        elif cell.cell_type == "code" and CHECK.match(cell.source):
            yield number, solution, place


def _minutes(cell: NotebookNode) -> float:
    if cell.cell_type == "code":
        return len(cell.source.splitlines()) * _SECONDS_A_LINE / 60
    work = {"question": QUESTION, "exercise": EXERCISE}
    extra = sum(
        _MINUTES[kind] * len(rx.findall(cell.source)) for kind, rx in work.items()
    )
    words = PYTHON.sub("", cell.source).split()
    return len(words) / _WORDS_A_MINUTE + extra


def _to_fives(minutes: float) -> int:
    return 5 * ceil(minutes / 5)


def main() -> int:
    """Print the table."""
    for path in COURSE:
        lesson = Lesson(path)
        print(path.stem, "states", lesson.stated, "takes", lesson.estimated)
    return 0


if __name__ == "__main__":
    sys.exit(main())
