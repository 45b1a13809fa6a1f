"""`check`: says whether a learner's answer to an exercise is right, or gives a hint."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from IPython import get_ipython

from digits_widget.course.exercises import Exercise, exercises_of
from digits_widget.course.progress import progress
from digits_widget.errors import OptionError, shortened


@dataclass(frozen=True)
class Verdict:
    """What `check` says; a notebook shows it as a line.

    Parameters
    ----------
    hint : str
        What is not right yet and what to try; empty for a right answer.
    done : str
        How far the learner is, such as ``"lesson 3: 2 of 3"``; empty with a hint.
    """

    hint: str = ""
    done: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return not self.hint

    def __str__(self) -> str:
        return f"✓ Right. {self.done}".strip() if self.right else f"Hint: {self.hint}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        colour = (
            "--jp-success-color0, green" if self.right else "--jp-warn-color0, #a60"
        )
        return (
            f'<div role="status" style="border-left: 4px solid var({colour}); '
            f'padding: 4px 10px">{escape(str(self))}</div>'
        )


def check(
    lesson: int, exercise: int, names: Mapping[str, object] | None = None
) -> Verdict:
    """Check what the cells above have made of an exercise.

    Parameters
    ----------
    lesson, exercise : int
        Numbers of the notebook, and of the exercise in it.
    names : mapping of str to object, optional
        The learner's values by name; by default those of the notebook.

    Returns
    -------
    Verdict
        Right, or a hint. A mistake in the answer is never an exception.

    Raises
    ------
    OptionError
        The course has no such exercise.
    """
    function = exercises_of(lesson).get(exercise)
    if function is None:
        msg = f"Lesson {lesson} has no exercise {exercise}."
        raise OptionError(msg)
    hint = _hint(function, _notebook_names() if names is None else names)
    if hint:
        return Verdict(hint)
    return Verdict(done=progress().with_right(lesson, exercise).sentence(lesson))


def _notebook_names() -> Mapping[str, object]:
    shell = get_ipython()
    return shell.user_ns if shell else {}


def _hint(exercise: Exercise, names: Mapping[str, object]) -> str | None:
    """Return what is wrong with the values that an exercise asks for."""
    wanted = list(inspect.signature(exercise).parameters)
    for name in wanted:
        if name not in names:
            return f"There is no {name} yet. Run the cells above first."
        if names[name] is ...:
            return f"Put your answer in the place of the three dots: {name} = …"
    try:
        return exercise(*(names[name] for name in wanted))
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - whatever an answer does
        said = f"{type(exc).__name__}: {shortened(str(exc))}"
        return f"{' and '.join(wanted)} cannot be checked. {said}"
