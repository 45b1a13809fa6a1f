"""`StepRow`: one step of the list, with its switch, its controls and its buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ipywidgets import HTML, Box, Button, Checkbox, HBox, Widget

from digits_widget.insight.workbench import Place
from digits_widget.pipeline import name_of
from digits_widget.steps.parameter import parameters, values
from digits_widget.widget.control import control, meant, shown


class Bench(Protocol):
    """Who is told what somebody does to a row."""

    def switch(self, key: int, *, on: bool) -> None:
        """Switch the step on or off."""

    def tune(self, key: int, name: str, value: object) -> None:
        """Choose another value."""

    def move(self, key: int, by: int) -> None:
        """Move the step earlier or later."""

    def repeat(self, key: int) -> None:
        """Do the step twice."""

    def remove(self, key: int) -> None:
        """Take the step away."""


Guard = Callable[[Callable[..., Any]], Callable[..., None]]


class StepRow:
    """Show one step, and tell a bench what is done to it.

    Parameters
    ----------
    place : Place
        The step. Its key stays the row's.
    bench : Bench
        Told.
    guard : callable
        Wraps a handler, so that its errors are seen.
    """

    def __init__(self, place: Place, bench: Bench, guard: Guard) -> None:
        self._place = place
        self._bench = bench
        self._guard = guard
        key, step = place.key, place.step
        title = str(getattr(step, "title", name_of(step)))
        self._switch = Checkbox(place.is_on, description=title, indent=False)
        self._switch.add_class("digits-step-name")
        self._controls: dict[str, Widget] = {}
        self._box = Box()
        self._box.add_class("digits-step-controls")
        self.earlier = _button("earlier", f"Move {title} earlier")
        self.later = _button("later", f"Move {title} later")
        repeat = _button("repeat", f"Repeat {title}")
        remove = _button("remove", f"Remove {title}")
        for button, act in (
            (self.earlier, lambda: bench.move(key, -1)),
            (self.later, lambda: bench.move(key, 1)),
            (repeat, lambda: bench.repeat(key)),
            (remove, lambda: bench.remove(key)),
        ):
            button.on_click(guard(lambda _button, act=act: act()))
        self._switch.observe(guard(self._switched), names="value")
        buttons = HBox([self.earlier, self.later, repeat, remove])
        buttons.add_class("digits-step-buttons")
        self.widget = Box([self._switch, self._box, buttons])
        self.widget.add_class("digits-step")
        self._build()

    def show(self, place: Place, *, first: bool, last: bool) -> None:
        """Show what the step is now."""
        old, self._place = self._place, place
        self.earlier.disabled, self.later.disabled = first, last
        self._switch.value = place.is_on
        if parameters(place.step) != parameters(old.step):
            self._build()
        chosen = values(place.step)
        for name, widget in self._controls.items():
            widget.value = shown(chosen[name])

    def close(self) -> None:
        """Give up the row."""
        for widget in (*self._controls.values(), self._switch, self.widget):
            widget.close()

    def _build(self) -> None:
        step = self._place.step
        if getattr(step, "pictures_only", False):
            self._box.children = [HTML("for pictures only: drawings pass it by")]
            return
        chosen = values(step)
        self._controls = {
            name: control(name, parameter, chosen[name])
            for name, parameter in parameters(step).items()
        }
        for name, widget in self._controls.items():
            widget.observe(self._guard(self._tuner(name)), names="value")
        self._box.children = list(self._controls.values())

    def _tuner(self, name: str) -> Callable[[dict[str, Any]], None]:
        def tune(change: dict[str, Any]) -> None:
            value = meant(change["new"])
            if value != values(self._place.step).get(name):
                self._bench.tune(self._place.key, name, value)

        return tune

    def _switched(self, change: dict[str, Any]) -> None:
        if change["new"] != self._place.is_on:
            self._bench.switch(self._place.key, on=change["new"])


def _button(kind: str, words: str) -> Button:
    # A screen reader says the words; the style sheet shows a sign in their place.
    button = Button(description=words, tooltip=words)
    button.add_class(f"digits-{kind}")
    return button
