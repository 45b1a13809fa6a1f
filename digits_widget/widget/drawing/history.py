"""`History`: undo and redo, as values.

Every action puts a whole drawing in place of the one before: a stroke, a clear, a
drawing that comes from code. Drawings share their strokes, so this costs little.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from digits_widget.drawing import Drawing


@dataclass(frozen=True)
class History:
    """A drawing, those before it, and those that were undone."""

    now: Drawing = field(default_factory=Drawing)
    """What is on the paper."""

    past: tuple[Drawing, ...] = ()
    """What `undo` goes back to, oldest first."""

    future: tuple[Drawing, ...] = ()
    """What `redo` brings back, the next one last."""

    def do(self, drawing: Drawing) -> History:
        """Put `drawing` on the paper; what was undone is forgotten."""
        return History(drawing, (*self.past, self.now))

    def clear(self) -> History:
        """Put a blank sheet on the paper; on a blank sheet, nothing happens."""
        return self.do(Drawing()) if self.now else self

    def undo(self) -> History:
        """Go back by one action; at the first one, nothing happens."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.now))

    def redo(self) -> History:
        """Bring back the last action undone; if there is none, nothing happens."""
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.now), self.future[:-1])
