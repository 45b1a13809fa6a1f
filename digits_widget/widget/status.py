"""`Status`: one line that says what is wrong and what to do about it."""

from __future__ import annotations

import traceback
from html import escape

from ipywidgets import HTML

from digits_widget.errors import DigitsError
from digits_widget.state import State


class Status:
    """Show the problem of a state, or its notice, or nothing in the same space."""

    def __init__(self) -> None:
        self.widget = HTML()
        self.widget.add_class("digits-status")
        self.show(State())

    def show(self, state: State) -> None:
        """Draw the line. It goes away with what it tells about."""
        if state.problem is not None:
            self.widget.value = problem_html(state.problem)
        else:
            self.widget.value = f'<div role="status">{escape(state.notice)}</div>'


def problem_html(problem: Exception) -> str:
    """Return one line that says what is wrong, over its folded traceback."""
    if isinstance(problem, DigitsError):
        text = str(problem)
    else:
        text = f"{type(problem).__name__}: {problem}"
    details = "".join(traceback.format_exception(problem))
    return (
        f'<div role="alert" class="digits-problem"><span>⚠ {escape(text)}</span>'
        f"<details><summary>Details</summary><pre>{escape(details)}</pre></details>"
        "</div>"
    )
