"""`StepsPanel`: every step on the way to the model, to look at, change and compare."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import DOMWidget, HBox, ToggleButton, VBox

from digits_widget.drawing import Drawing
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.panel import Panel
from digits_widget.widget.panels.steps.gauges import Gauges
from digits_widget.widget.panels.steps.inspector import Inspector
from digits_widget.widget.panels.steps.pipeline_comparison import PipelineComparison
from digits_widget.widget.panels.steps.preset_menu import PresetMenu
from digits_widget.widget.panels.steps.python_code import PythonCode
from digits_widget.widget.panels.steps.step_list import StepList
from digits_widget.widget.panels.steps.step_strip import Pin, StepStrip, pin_words

Prepare = Callable[[Drawing], Trace]


class StepsPanel(Panel):
    """Show the trace of a drawing; buttons unfold more."""

    is_always_told = True

    def build(self) -> DOMWidget:
        """Make one row of tiles, and buttons for more."""
        context, guard = self.context, self.context.guard
        self._prepare: Prepare | None = None
        self._pin: Pin | None = None
        self._names: tuple[str, ...] = ()
        self._strip = StepStrip(takes_pins=True)
        self._menu = PresetMenu(context.session.use, self._make, guard)
        self._comparison = PipelineComparison(context, self._strip)
        self._open = VBox()
        self._open.add_class("digits-folds")
        self._folds = {
            _toggle("Change the steps"): StepList(context),
            _toggle("Copy as Python"): PythonCode(context),
            _toggle("Look at the pixels"): Inspector(context, self.pin, self.unpin),
            _toggle("Is this like the training data?"): Gauges(context),
        }
        for toggle in self._folds:
            toggle.observe(guard(self._unfold), names="value")
        toggles = HBox([self._comparison.controls, *self._folds])
        toggles.add_class("digits-toggles")
        strips = [self._strip.widget, self._comparison.widget]
        content = VBox([self._menu.widget, *strips, toggles, self._open])
        content.add_class("digits-filmstrip")
        return content

    @property
    def strips(self) -> tuple[tuple[str, State], ...]:
        """The names and states of two strips; empty while there is only one."""
        return self._comparison.strips if self.widget.children else ()

    def update(self, state: State) -> None:
        """Draw the steps of `state`, and the parts that are open below them."""
        prepare = self.context.session.prepare
        if prepare is not self._prepare:
            self._prepare = prepare
            self._menu.show(prepare)
            self._strip.expect(prepare)
        if state.trace:
            names = tuple(shot.name for shot in state.trace)
            if names != self._names:
                self._names = names
                self.unpin()
        self._strip.show(state)
        if self.is_seen:
            self._comparison.show(state)
        for panel in self._folds.values():
            panel.show(state)

    def pin(self, step: int, row: int, column: int) -> None:
        """Mark a pixel in every step, or take the mark off that it has already.

        The mark stays while the steps are the same.

        Parameters
        ----------
        step : int
            Number of the picture with the pixel, from 0.
        row, column : int
            The pixel.
        """
        trace, pin = self.state.trace, (step, row, column)
        if trace is None or step >= len(trace):
            return
        if pin == self._pin:
            self.unpin()
            return
        self._pin = pin
        self._strip.pin(pin)
        self.context.say(pin_words(trace.snapshots, pin))

    def unpin(self) -> bool:
        """Take the mark off; return whether there was one."""
        had, self._pin = self._pin is not None, None
        if had:
            self._strip.pin(None)
        return had

    def _make(self) -> None:
        """Open the list, so that a person can make their own steps."""
        next(iter(self._folds)).value = True

    def _unfold(self, _change: object) -> None:
        opened = [panel for toggle, panel in self._folds.items() if toggle.value]
        self._open.children = [panel.widget for panel in opened]


def _toggle(question: str) -> ToggleButton:
    return ToggleButton(description=question, tooltip=question)
