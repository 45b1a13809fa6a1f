"""`OverTime`: how the answer grew with the drawing, stroke by stroke."""

from __future__ import annotations

from ipywidgets import HTML, VBox

from digits_widget.insight.growth import Growth
from digits_widget.insight.moments import moments
from digits_widget.state import State
from digits_widget.widget.confidences.growth_chart import draw_growth
from digits_widget.widget.desk import Desk
from digits_widget.widget.drawing.film import film
from digits_widget.widget.inquiry import Inquiry


class OverTime:
    """Show the confidences after each moment of a drawing that rests.

    Parameters
    ----------
    desk : Desk
        What the parts of the widget share.
    """

    blank = "Draw a digit, and see how its answer grew."

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.body = HTML()
        self.body.add_class("digits-over-time")
        self._inquiry = Inquiry(self, desk.background)
        self.widget = VBox([self._inquiry.line, self.body])

    def show(self, state: State) -> None:
        """Work on the drawing of `state` once it rests."""
        self._inquiry(state)

    def wait(self, timeout: float | None = None) -> bool:
        """Return once nothing is worked on, or after `timeout` s; tell whether so."""
        return self._inquiry.wait(timeout)

    def work(self, state: State) -> Growth:
        """Ask about all moments in one call."""
        these = moments(state.drawing)
        _, *states = film(these, self._desk.session.prepare, self._desk.answerer.many)
        for each in states:
            if each.problem is not None and each.trace is not None:
                raise each.problem
        return Growth(these, tuple(each.prediction for each in states))

    def draw(self, result: Growth) -> str:
        """Show the chart; say the most of it in one sentence."""
        self.body.value = draw_growth(result)
        return result.words

    def clear(self) -> None:
        """Show nothing, in the same space."""
        self.body.value = draw_growth(None)
