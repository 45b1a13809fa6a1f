"""`Later`: a panel that is made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import Box

from digits_widget.state import State
from digits_widget.widget.part import Panel


class Later:
    """Stand where a panel will be.

    A page that is loaded again asks for every widget there is, and all panels together
    are hundreds: those that nobody has opened do not exist.

    Parameters
    ----------
    make : callable
        Makes the panel.
    """

    def __init__(self, make: Callable[[], Panel]) -> None:
        self._make = make
        self._panel: Panel | None = None
        self.widget = Box()
        self.widget.add_class("digits-part")

    def show(self, state: State) -> None:
        """Draw `state`, in a panel that is made for the first one."""
        if self._panel is None:
            self._panel = self._make()
            self.widget.children = [self._panel.widget]
        self._panel.show(state)
