"""`Toolbar`: undo, redo and clear; what the hand holds; how wide the pen is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import Button, DOMWidget, HBox, IntSlider, ToggleButtons, VBox

from digits_widget.state import State
from digits_widget.widget.drawing.canvas import SIDE
from digits_widget.widget.drawing.fitting import Fitting
from digits_widget.widget.drawing.pad import Pad
from digits_widget.widget.drawing.tool import Tool

_TOOLTIPS = {
    Tool.PEN: "Draw",
    Tool.STROKES: "Take away each stroke that is touched",
    Tool.INK: "Rub out ink, as wide as the pen",
}


class Toolbar:
    """The controls of a pad.

    Parameters
    ----------
    pad : Pad
        What they act on.
    guard : callable
        Wraps a handler, so that its errors are seen.
    fitting : Fitting
        Tells what becomes of the pen's width.
    handle : DOMWidget
        Stands beside the buttons and opens what is not needed at once.
    """

    def __init__(
        self,
        pad: Pad,
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
        *,
        fitting: Fitting,
        handle: DOMWidget,
    ) -> None:
        self._pad = pad
        self._fitting = fitting
        self._undo = _button("Undo", "Take back the last stroke (Ctrl+Z on the paper)")
        self._redo = _button("Redo", "Bring it back (Ctrl+Shift+Z on the paper)")
        self._clear = _button("Clear", "Take a new sheet; Undo brings this one back")
        self._tool = ToggleButtons(
            options=[(tool.value, tool) for tool in Tool],
            tooltips=[_TOOLTIPS[tool] for tool in Tool],
        )
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
        self._tool.observe(guard(self._set_tool), names="value")
        self._width.observe(guard(self._set_width), names="value")
        buttons = HBox([self._undo, self._redo, self._clear, handle])
        self.widget = VBox([buttons, self._tool, self._width, fitting.widget])
        self.widget.add_class("digits-toolbar")
        self.show(State())

    def show(self, _state: State) -> None:
        """Offer only what can be done with the whole drawing."""
        history = self._pad.history
        self._undo.disabled = not history.past
        self._redo.disabled = not history.future
        self._clear.disabled = not self._pad.drawing
        self._fitting.look()

    def focus(self) -> bool:
        """Take the keyboard's focus; return False if no button can."""
        for button in (self._undo, self._redo, self._clear):
            if not button.disabled:
                button.focus()
                return True
        return False

    def _set_tool(self, change: dict[str, Tool]) -> None:
        self._pad.tool = change["new"]

    def _set_width(self, change: dict[str, int]) -> None:
        self._pad.pen_width = change["new"] / SIDE


def _button(label: str, tooltip: str) -> Button:
    return Button(description=label, tooltip=tooltip)
