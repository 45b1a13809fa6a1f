"""`Panel`: a part of the widget that shows states, and costs nothing while unseen."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from ipywidgets import HTML, Box, DOMWidget

from digits_widget.state import State
from digits_widget.widget import html
from digits_widget.widget.context import Context
from digits_widget.widget.worker import Worker

REST = 0.35
"""Seconds without a new drawing after which the drawing counts as at rest."""

STALE = "digits-stale"
"""Style class of results about an older drawing: dimmed."""

Result = TypeVar("Result")


class Panel(ABC):
    """Show states. A subclass writes `build` and `update`, and has a row in `PANELS`.

    A panel builds its widgets when a page first shows it, because a page asks for every
    existing widget when it is loaded again. While no page shows it, it draws nothing: a
    sheet of 65 dithered digits costs nothing until a person opens it.

    Parameters
    ----------
    context : Context
        The objects that all panels of one widget share.

    Attributes
    ----------
    widget : Box
        The panel's place on the screen, in the widget and in a cell of its own.
    line : HTML
        The status line, see `say`. `build` puts it in its place.
    state : State
        The newest state, even while no page shows the panel.
    """

    is_always_told: ClassVar[bool] = False
    """Whether to draw every state even unseen, for the picture in a saved notebook."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.state = State()
        self._building = threading.Lock()
        self.line = HTML()
        self.line.add_class("digits-line")
        self.widget = Box()
        self.widget.add_class("digits-panel")
        # The browser counts the views once the count is a number.
        self.widget._view_count = 0  # noqa: SLF001 - a trait, named so by ipywidgets
        self.widget.observe(context.guard(self._see), names="_view_count")

    @abstractmethod
    def build(self) -> DOMWidget:
        """Make the panel's widgets; `Panel` calls this once."""

    @abstractmethod
    def update(self, state: State) -> None:
        """Draw `state`."""

    @property
    def is_seen(self) -> bool:
        """Whether a page shows the panel, in the widget or in a cell of its own."""
        return bool(self.widget._view_count)  # noqa: SLF001

    def show(self, state: State) -> None:
        """Draw `state` now if a page shows the panel, otherwise once one does."""
        self.state = state
        if self.is_seen or self.is_always_told:
            self._update()

    def say(self, words: str) -> None:
        """Put a sentence on the status line."""
        self.line.value = html.status(words)

    def say_problem(self, problem: Exception) -> None:
        """Put an error on the status line."""
        self.line.value = html.problem(problem)

    def _see(self, change: dict[str, int]) -> None:
        if change["new"] and not change["old"]:
            self._update()

    def _update(self) -> None:
        # The page and the session may call at once, each in a thread of its own.
        with self._building:
            if not self.widget.children:
                self.widget.children = [self.build()]
        self.update(self.state)


class WorkingPanel(Panel, Generic[Result]):
    """A panel that finds out more about each answer, once the drawing rests.

    A subclass writes `build`, which sets `body`, and `work`, `draw` and `clear`. While
    a person draws, the panel asks nothing, so that no other answer waits for a batch.
    """

    blank: ClassVar[str]
    """The sentence on a blank sheet."""

    body: DOMWidget
    """Shows the result; dimmed while that is about an older drawing."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._worker = Worker(self.work, self._done, self._fail, quiet=REST)
        self._shown: State | None = None

    @abstractmethod
    def work(self, state: State) -> Result:
        """Find out about an answered drawing, in the background; it may take long."""

    @abstractmethod
    def draw(self, result: Result) -> str:
        """Show a result; return it as one sentence."""

    @abstractmethod
    def clear(self) -> None:
        """Show that there is no result."""

    def update(self, state: State) -> None:
        """Work on `state` once the drawing rests, unless the work has begun already."""
        if self._shown is None or _question(state) != _question(self._shown):
            self._shown = state
            self._work_on(state)

    def work_again(self) -> None:
        """Work on the drawing again, now, because a control has changed."""
        if self.state.prediction is not None:
            self._worker.cancel()
            self.body.add_class(STALE)
            self._worker(self.state, now=True)

    def _work_on(self, state: State) -> None:
        self._worker.cancel()
        if state.prediction is not None:
            self.body.add_class(STALE)
            self._worker(state)
        elif state.waiting:
            self.body.add_class(STALE)
        else:
            # The widget's own status line says what is wrong; once is enough.
            self._clear()
            self.say("No answer about this drawing." if state.problem else self.blank)

    def _done(self, result: Result) -> None:
        self.say(self.draw(result))
        self.body.remove_class(STALE)

    def _fail(self, problem: Exception) -> None:
        self._clear()
        self.say_problem(problem)

    def _clear(self) -> None:
        self.clear()
        self.body.remove_class(STALE)


def _question(state: State) -> tuple[object, ...]:
    # By identity: equal answers about two drawings are two answers.
    return tuple(map(id, (state.trace, state.prediction, state.problem)))
