"""`History`: undo and redo, as values.

Every action replaces the whole drawing: a stroke, a clear, a drawing from Python code.
Drawings share their strokes, so this costs little.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from digits_widget.drawing import Drawing


@dataclass(frozen=True)
class History:
    """A drawing, those before it, and those that were undone."""

    now: Drawing = field(default_factory=Drawing)
    """The drawing on the paper."""

    past: tuple[Drawing, ...] = ()
    """The drawings that `undo` goes back to, oldest first."""

    future: tuple[Drawing, ...] = ()
    """The drawings that `redo` brings back, the next one last."""

    def do(self, drawing: Drawing) -> History:
        """Put `drawing` on the paper, and forget the actions that were undone."""
        return History(drawing, (*self.past, self.now))

    def clear(self) -> History:
        """Clear the paper; if it is blank already, nothing happens."""
        return self.do(Drawing()) if self.now else self

    def undo(self) -> History:
        """Undo one action; if there is none, nothing happens."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.now))

    def redo(self) -> History:
        """Redo the action undone last; if there is none, nothing happens."""
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.now), self.future[:-1])
