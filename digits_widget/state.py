"""`State`: all that a widget shows at one moment; and `View`, which shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from digits_widget.drawing import Drawing
from digits_widget.prediction import Prediction
from digits_widget.trace import Trace

_BEGIN = "Draw a digit from 0 to 9."


@dataclass(frozen=True, eq=False)
class State:
    """All that a widget shows at one moment. Views draw it and keep nothing."""

    revision: int = 0
    """Number of the drawing; 0 is the blank one at the start."""

    drawing: Drawing = field(default_factory=Drawing)
    """The newest strokes."""

    trace: Trace | None = None
    """Every step of this drawing; None if it is blank or could not be prepared."""

    prediction: Prediction | None = None
    """The answer about this drawing; None until it has come."""

    previous: Prediction | None = None
    """The last answer, about an older drawing, during a request."""

    problem: Exception | None = None
    """The last problem. It stays until an answer comes or no request is needed."""

    waiting: bool = False
    """Whether an answer about this drawing is still to come."""

    is_past: bool = False
    """Whether this is an earlier moment of the drawing, shown for a while."""

    notice: str = ""
    """A message about something that takes time, such as the start of a server."""

    @property
    def no_prediction_reason(self) -> str:
        """Why the model is not asked about this drawing; empty if it is."""
        if not self.drawing:
            return _BEGIN
        if self.drawing.is_dot:
            return "One dot is not a digit yet. Draw on."
        if self.trace is None:
            # All of the ink is erased again. A problem says more than we could.
            return "" if self.problem else _BEGIN
        found = self.trace.finding
        if found is None or found.is_digit:
            return ""
        return found.about("this drawing")


View = Callable[[State], None]
"""A function that a session calls with every new state."""
