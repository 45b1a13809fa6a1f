"""The exercises of the course, found by their functions' names."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path

from digits_widget.errors import OptionError

Exercise = Callable[..., str | None]
"""Takes values of the notebook by name; returns a hint, or None for a right answer."""


def lessons() -> list[int]:
    """Return the numbers of the lessons that have exercises, ascending."""
    names = (
        module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    )
    numbers = (name.removeprefix("lesson_") for name in names)
    return sorted(int(number) for number in numbers if number.isdecimal())


def exercises_of(lesson: int) -> dict[int, Exercise]:
    """Return the functions that check a lesson's exercises, by number.

    Raises
    ------
    OptionError
        The course has no such lesson.
    """
    if lesson not in lessons():
        msg = f"The course has no lesson {lesson}."
        raise OptionError(msg)
    module = importlib.import_module(f"digits_widget.course.lesson_{lesson}")
    found = inspect.getmembers(module, inspect.isfunction)
    return {
        int(name.removeprefix("exercise_")): function
        for name, function in found
        if name.startswith("exercise_")
    }
