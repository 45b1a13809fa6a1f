"""The course: what checks a learner's work, and how far a learner is.

Each lesson has a file, `lesson_3` for notebook 3, with a function for each exercise.
Its parameters are names of the notebook; it returns a hint, or None for a right
answer.
"""

from digits_widget.course.check import Verdict, check
from digits_widget.course.progress import Progress, progress

__all__ = ["Progress", "Verdict", "check", "progress"]
