"""`Reel`: the moments of one drawing, and what the model says about each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.insight.moments import moments
from digits_widget.prediction import Prediction
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.drawing.film import film


class Reel:
    """A blank sheet and the moments of a drawing after it, counted from 0.

    Attributes
    ----------
    drawing : Drawing
        The whole of it, not blank.
    states : tuple of State
        Of each moment; empty until `develop` has made them.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.moments = moments(drawing)
        self.states: tuple[State, ...] = ()
        self._prepare: object = None

    def is_developed(self, prepare: object) -> bool:
        """Tell whether the states are there, made by this `prepare`."""
        return self._prepare is prepare

    def develop(
        self,
        prepare: Callable[[Drawing], Trace],
        many: Callable[[NDArray[np.float32]], list[Prediction]],
    ) -> None:
        """Make the states, with one question about all moments."""
        if not self.is_developed(prepare):
            self.states = film(self.moments, prepare, many)
            self._prepare = prepare

    def points(self, index: int) -> int:
        """Return how many points were drawn at a moment."""
        return self.moments[index - 1].points if index else 0

    def index(self, points: int) -> int:
        """Return the last moment that has no more than so many points."""
        return bisect_right([moment.points for moment in self.moments], points)

    def words(self, index: int) -> str:
        """Say which moment it is."""
        if not index:
            return "Before the first stroke"
        moment, last = self.moments[index - 1], self.moments[-1]
        begun = len(moment.drawing)
        strokes = f"stroke {begun} of {len(self.drawing)}"
        if not last.seconds:
            return strokes
        return f"After {moment.seconds:.1f} of {last.seconds:.1f} s, {strokes}"
