"""`Fold`: a panel that is made and told anything only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import ToggleButton, VBox

from digits_widget.state import State
from digits_widget.widget.part import Panel


class Fold:
    """A button with a question, and a panel that answers it.

    Parameters
    ----------
    question : str
        What the button says.
    make : callable
        Makes the panel, the first time that somebody asks.
    """

    def __init__(self, question: str, make: Callable[[], Panel]) -> None:
        self.toggle = ToggleButton(description=question, tooltip=question)
        self.content = VBox()
        self.content.add_class("digits-fold")
        self._make = make
        self.panel: Panel | None = None
        """What is shown; None while nobody has asked yet."""

    @property
    def is_open(self) -> bool:
        """Whether somebody asks for it."""
        return bool(self.toggle.value)

    def show(self, state: State) -> None:
        """Tell the panel, if it is open."""
        if not self.is_open:
            return
        if self.panel is None:
            self.panel = self._make()
            self.content.children = [self.panel.widget]
        self.panel.show(state)
