"""`SampleRow`: ten digits by other hands, each at a click."""

from __future__ import annotations

from ipywidgets import ToggleButtons

from digits_widget.samples import sample
from digits_widget.widget.context import Context


class SampleRow:
    """Draw the sample of the digit that a person clicks, as one action.

    Parameters
    ----------
    context : Context
        Has the controller, and shows errors.
    """

    def __init__(self, context: Context) -> None:
        self._controller = context.controller
        self.widget = ToggleButtons(
            options=[(str(digit), digit) for digit in range(10)],
            index=None,
            description="Samples",
            tooltips=[f"Draw a sample {digit}" for digit in range(10)],
        )
        self.widget.add_class("digits-samples")
        self.widget.observe(context.guard(self._draw), names="value")

    def _draw(self, change: dict[str, int | None]) -> None:
        digit = change["new"]
        if digit is not None:
            # None is on: a second click on the same digit draws it again.
            self.widget.index = None
            self._controller.draw(sample(digit))
