"""`Part`: one part of the widget, told about states while somebody sees it."""

from __future__ import annotations

from typing import Protocol

from ipywidgets import DOMWidget

from digits_widget.state import State


class Panel(Protocol):
    """What shows a state on the screen."""

    widget: DOMWidget
    """What is on the screen."""

    def show(self, state: State) -> None:
        """Draw `state`."""


class Part:
    """A panel, and whether anybody sees it.

    A panel that nobody sees is told nothing, and works on nothing: a sheet of 65
    dithered digits costs only those who have opened it. Who opens it sees the newest.

    Parameters
    ----------
    panel : Panel
        Shows states.
    always : bool
        Tell it every state, seen or not: for what also stands in a saved notebook.
    """

    def __init__(self, panel: Panel, *, always: bool = False) -> None:
        self.widget = panel.widget
        self._panel = panel
        self._always = always
        self._state = State()
        # The browser counts the views once the count is a number.
        self.widget._view_count = 0  # noqa: SLF001 - a trait, named so by ipywidgets
        self.widget.observe(self._look_again, names="_view_count")

    @property
    def is_seen(self) -> bool:
        """Whether it is on a screen, in the widget or in a cell of its own."""
        return bool(self.widget._view_count)  # noqa: SLF001

    def show(self, state: State) -> None:
        """Tell the panel, if anybody sees it."""
        self._state = state
        if self._always or self.is_seen:
            self._panel.show(state)

    def _look_again(self, change: dict[str, int]) -> None:
        if not change["old"] and change["new"] and not self._always:
            self._panel.show(self._state)
