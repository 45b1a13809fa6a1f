"""`State`: what there is to show, published whole; and `View`, who shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from digits_widget.drawing import Drawing
from digits_widget.prediction import Prediction
from digits_widget.trace import Trace


@dataclass(frozen=True, eq=False)
class State:
    """All that there is to show, at one moment. Views draw it and keep nothing."""

    revision: int = 0
    """Counts the drawings, from 0, the blank one at the start."""

    drawing: Drawing = field(default_factory=Drawing)
    """What the hand did, the newest there is."""

    trace: Trace | None = None
    """Every step of this drawing; None if it is blank or could not be prepared."""

    prediction: Prediction | None = None
    """The answer about this very drawing; None until it is there."""

    previous: Prediction | None = None
    """The last answer, about an older drawing, while a new one is awaited."""

    problem: Exception | None = None
    """What went wrong last. It stays until an answer comes or nothing is asked."""

    waiting: bool = False
    """Whether an answer about this drawing is still to come."""

    is_past: bool = False
    """Whether this is an earlier moment of the drawing, shown for a while."""

    notice: str = ""
    """Something that takes time and is no problem, such as a server that starts."""


View = Callable[[State], None]
"""What a session tells about every new state; `show` of a view is one."""
