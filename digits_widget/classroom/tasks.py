"""`TASKS`: what a teacher can ask a class to draw."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from digits_widget.errors import MessageError, shortened
from digits_widget.ways import NOW, THEN


@dataclass(frozen=True)
class Task:
    """What the class draws now."""

    name: str
    """Its key in messages and files."""

    title: str
    """On the teacher's button."""

    words: str
    """The sentence on learners' pages."""

    digit: int | None = None
    """The digit to draw; None lets the learner choose, or asks for all ten in turn."""

    in_turn: bool = False
    """Whether the page asks for one digit after the other."""

    ways: tuple[str, ...] = (NOW.name,)
    """Names of the ways that answer; see `digits_widget.ways`."""

    def to_data(self) -> dict[str, object]:
        """Return the fields for a message."""
        return asdict(self)


TASKS = {
    task.name: task
    for task in (
        Task("all", "0 to 9", "Draw the digit that is asked for.", in_turn=True),
        *(
            Task(f"digit-{digit}", str(digit), f"Draw a {digit}.", digit=digit)
            for digit in range(10)
        ),
        Task(
            "other-hand",
            "Other hand",
            "Draw with your other hand.",
            in_turn=True,
        ),
        Task(
            "fool-it",
            "Fool it",
            "Choose a digit and draw it so that people read it, but the model does "
            "not.",
        ),
        Task(
            "then-and-now",
            "2020 or today",
            "Draw a digit small, or in a corner. Two programs read the same ink.",
            ways=(THEN.name, NOW.name),
        ),
    )
}
"""By name, in the order of the teacher's buttons."""

FIRST = next(iter(TASKS.values()))
"""The one to begin with."""


def check_task(name: object) -> str:
    """Return the name of a task.

    Raises
    ------
    MessageError
        There is no task of this name.
    """
    if not isinstance(name, str) or name not in TASKS:
        msg = f"Got the task {shortened(name)}, which this class does not have."
        raise MessageError(msg)
    return name
