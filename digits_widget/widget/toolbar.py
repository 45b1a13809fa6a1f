"""`Toolbar`: undo, redo, clear, and the width of the pen."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import Button, HBox, IntSlider, VBox

from digits_widget.state import State
from digits_widget.widget.canvas import SIDE
from digits_widget.widget.pad import Pad


class Toolbar:
    """The controls of a pad.

    Parameters
    ----------
    pad : Pad
        What they act on.
    guard : callable
        Wraps a handler, so that its errors are seen.
    """

    def __init__(
        self, pad: Pad, guard: Callable[[Callable[..., None]], Callable[..., None]]
    ) -> None:
        self._pad = pad
        self._undo = _button("Undo", "Take back the last stroke (Ctrl+Z on the paper)")
        self._redo = _button("Redo", "Bring it back (Ctrl+Shift+Z on the paper)")
        self._clear = _button("Clear", "Take a new sheet; Undo brings this one back")
        self._width = IntSlider(
            round(pad.pen_width * SIDE),
            min=4,
            max=40,
            description="Pen",
            tooltip=f"Width of the pen in pixels, on paper {SIDE} pixels wide",
        )
        self._undo.on_click(guard(lambda _button: pad.undo()))
        self._redo.on_click(guard(lambda _button: pad.redo()))
        self._clear.on_click(guard(lambda _button: pad.clear()))
        self._width.observe(guard(self._set_width), names="value")
        buttons = HBox([self._undo, self._redo, self._clear])
        self.widget = VBox([buttons, self._width])
        self.widget.add_class("digits-toolbar")
        self.show(State())

    def show(self, state: State) -> None:
        """Offer only what can be done."""
        history = self._pad.history
        self._undo.disabled = not history.past
        self._redo.disabled = not history.future
        self._clear.disabled = not state.drawing

    def focus(self) -> bool:
        """Take the keyboard's focus; return False if no button can."""
        for button in (self._undo, self._redo, self._clear):
            if not button.disabled:
                button.focus()
                return True
        return False

    def _set_width(self, change: dict[str, int]) -> None:
        self._pad.pen_width = change["new"] / SIDE


def _button(label: str, tooltip: str) -> Button:
    return Button(description=label, tooltip=tooltip)
