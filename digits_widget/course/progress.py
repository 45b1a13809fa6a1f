"""`Progress`: which exercises of the course a learner has solved."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from digits_widget.course.exercises import exercises_of, lessons
from digits_widget.regular_file import read_regular_text

_SOLVED = re.compile(r"^lesson (\d+) exercise (\d+)$", re.MULTILINE)
_MOST = 1_000_000
"""Bytes of the file: far more than a learner writes."""


@dataclass(frozen=True)
class Progress:
    """The exercises that a learner has solved; a notebook shows a table.

    Parameters
    ----------
    solved : frozenset of (int, int)
        Numbers of a lesson and of an exercise in it.
    """

    solved: frozenset[tuple[int, int]] = frozenset()

    def with_right(self, lesson: int, exercise: int) -> Progress:
        """Return the progress after one more right answer, and keep it in a file.

        A file that cannot be written, such as on a full disk, changes nothing else.

        Parameters
        ----------
        lesson, exercise : int
            Numbers of the lesson, and of the exercise in it.
        """
        if (lesson, exercise) not in self.solved:
            with suppress(OSError):
                _keep(f"lesson {lesson} exercise {exercise}\n")
        return Progress(self.solved | {(lesson, exercise)})

    def sentence(self, lesson: int) -> str:
        """Return how much of a lesson, and of the course, is done."""
        done, total = self._count(lesson)
        all_done, of_all = (sum(each) for each in zip(*self._counts(), strict=True))
        return (
            f"You have solved {done} of {total} exercises of this lesson, "
            f"{all_done} of {of_all} of the course."
        )

    def __repr__(self) -> str:
        return "\n".join(f"Lesson {number}: {text}" for number, text in self._rows())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope=row>Lesson {number}</th><td>{escape(text)}</td></tr>"
            for number, text in self._rows()
        )
        return f"<table>{rows}</table>"

    def _rows(self) -> list[tuple[int, str]]:
        return [
            (lesson, "{} of {} exercises".format(*self._count(lesson)))
            for lesson in lessons()
        ]

    def _counts(self) -> list[tuple[int, int]]:
        return [self._count(lesson) for lesson in lessons()]

    def _count(self, lesson: int) -> tuple[int, int]:
        known = exercises_of(lesson)
        done = [number for number in known if (lesson, number) in self.solved]
        return len(done), len(known)


def progress() -> Progress:
    """Return how far the learner is in the course.

    A small text file keeps it, ``digits_widget/solved-exercises.txt`` in Jupyter's data
    folder. Remove the file to begin again.
    """
    try:
        text = read_regular_text(_file(), most=_MOST)
    except (OSError, UnicodeDecodeError):
        text = ""
    return Progress(frozenset((int(a), int(b)) for a, b in _SOLVED.findall(text)))


def _file() -> Path:
    return Path(jupyter_data_dir()) / "digits_widget" / "solved-exercises.txt"


def _keep(line: str) -> None:
    """Append to the file: two notebooks may do so at the same time."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(line)
