"""`Status`: one line that says what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import HTML, Button, VBox

from digits_widget.errors import ServerAbsentError
from digits_widget.state import State
from digits_widget.widget import html


class Status:
    """Show the problem of a state, or its notice, or an empty line of the same height.

    Parameters
    ----------
    start : callable, optional
        Starts a model server where none runs, in the background; None where that is not
        possible.
    """

    def __init__(self, start: Callable[[], object] | None = None) -> None:
        self._line = HTML()
        self._start = Button(
            description="Start one",
            tooltip="Start the embedded model server at this address",
        )
        self._start.add_class("digits-start")
        self._can_start = start is not None
        if start:
            self._start.on_click(lambda _button: start())
        self.widget = VBox([self._line])
        self.widget.add_class("digits-status")
        self.show(State())

    def show(self, state: State) -> None:
        """Draw the line; it is empty once the problem has gone."""
        if state.notice and isinstance(state.problem, ServerAbsentError):
            # A notice about the cure takes the place of the problem.
            self._show(html.status(state.notice))
        elif state.problem is not None:
            is_absent = isinstance(state.problem, ServerAbsentError)
            self._show(html.problem(state.problem), starts=is_absent)
        else:
            self._show(html.status(state.notice))

    def _show(self, line: str, *, starts: bool = False) -> None:
        self._line.value = line
        buttons = [self._start] if starts and self._can_start else []
        self.widget.children = [self._line, *buttons]
