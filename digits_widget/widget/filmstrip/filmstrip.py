"""`Filmstrip`: every step on the way to the model, to be seen, changed and compared."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import HBox, VBox

from digits_widget.drawing import Drawing
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.desk import Desk
from digits_widget.widget.filmstrip.gauges import Gauges
from digits_widget.widget.filmstrip.inspector import Inspector
from digits_widget.widget.filmstrip.lane import Lane
from digits_widget.widget.filmstrip.preset_menu import PresetMenu
from digits_widget.widget.filmstrip.second_lane import SecondLane
from digits_widget.widget.filmstrip.step_list import StepList
from digits_widget.widget.fold import Fold

Prepare = Callable[[Drawing], Trace]


class Filmstrip:
    """Show the trace of a drawing; more only when somebody asks for it.

    Parameters
    ----------
    desk : Desk
        Its session is shown, and its pipeline changed.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._state = State()
        self._prepare: Prepare | None = None
        self._lane = Lane()
        self._menu = PresetMenu(desk.session.use, self._make, desk.guard)
        self._second = SecondLane(desk, self._lane)
        self._steps = Fold("Change the steps", lambda: StepList(desk))
        self._pixels = Fold("Look at the pixels", lambda: Inspector(desk))
        self._likeness = Fold("Is this like the training data?", Gauges)
        self._folds = (self._steps, self._pixels, self._likeness)
        self._open = VBox()
        self._open.add_class("digits-folds")
        toggles = HBox([self._second.controls, *(fold.toggle for fold in self._folds)])
        toggles.add_class("digits-toggles")
        lanes = [self._lane.widget, self._second.widget]
        self.widget = VBox([self._menu.widget, *lanes, toggles, self._open])
        self.widget.add_class("digits-filmstrip")
        for fold in self._folds:
            fold.toggle.observe(desk.guard(self._unfold), names="value")
        self.widget.observe(desk.guard(self._look_again), names="_view_count")
        self.show(State())

    @property
    def lanes(self) -> tuple[tuple[str, State], ...]:
        """The names and states of two lanes; nothing while there is only one."""
        return self._second.lanes

    def show(self, state: State) -> None:
        """Draw the steps of `state`, and what is open below them."""
        self._state = state
        prepare = self._desk.session.prepare
        if prepare is not self._prepare:
            self._prepare = prepare
            self._menu.show(prepare)
            self._lane.expect(prepare)
        self._lane.show(state)
        self._show_more()

    def _make(self) -> None:
        """Offer the list, to make steps of one's own."""
        self._steps.toggle.value = True

    def _show_more(self) -> None:
        # What nobody sees asks nobody, and costs nothing.
        if self.widget._view_count == 0:  # noqa: SLF001 - a trait of ipywidgets
            return
        self._second.show(self._state)
        for fold in self._folds:
            fold.show(self._state)

    def _unfold(self, _change: object) -> None:
        self._open.children = [fold.content for fold in self._folds if fold.is_open]
        self._show_more()

    def _look_again(self, _change: object) -> None:
        self._show_more()
