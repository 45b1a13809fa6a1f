"""`Toolbar`: undo, redo and clear; pen or eraser; the pen's width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import Button, DOMWidget, HBox, IntSlider, ToggleButtons, VBox

from digits_widget.state import State
from digits_widget.widget.canvas.canvas import SIDE
from digits_widget.widget.canvas.controller import Controller
from digits_widget.widget.canvas.pen import Tool
from digits_widget.widget.canvas.pen_width import PenWidth

_TOOLTIPS = {
    Tool.PEN: "Draw",
    Tool.STROKES: "Take away each stroke that is touched",
    Tool.INK: "Rub out ink, as wide as the pen",
}


class Toolbar:
    """The controls of the paper.

    Parameters
    ----------
    controller : Controller
        Does what the buttons say.
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    pen_width : PenWidth
        Shows how thick the pen's lines are in the model's picture.
    handle : DOMWidget
        Button beside the others that opens the less common tools.
    """

    def __init__(
        self,
        controller: Controller,
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
        *,
        pen_width: PenWidth,
        handle: DOMWidget,
    ) -> None:
        self._controller = controller
        self._readout = pen_width
        self._undo = _button("Undo", "Take back the last stroke (Ctrl+Z on the paper)")
        self._redo = _button("Redo", "Bring it back (Ctrl+Shift+Z on the paper)")
        self._clear = _button("Clear", "Take a new sheet; Undo brings this one back")
        self._tool = ToggleButtons(
            options=[(tool.value, tool) for tool in Tool],
            tooltips=[_TOOLTIPS[tool] for tool in Tool],
        )
        self._width = IntSlider(
            round(controller.pen_width * SIDE),
            min=4,
            max=40,
            description="Pen",
            tooltip=f"Width of the pen in pixels, on paper {SIDE} pixels wide",
        )
        self._undo.on_click(guard(lambda _button: controller.undo()))
        self._redo.on_click(guard(lambda _button: controller.redo()))
        self._clear.on_click(guard(lambda _button: controller.clear()))
        self._tool.observe(guard(self._set_tool), names="value")
        self._width.observe(guard(self._set_width), names="value")
        buttons = HBox([self._undo, self._redo, self._clear, handle])
        self.widget = VBox([buttons, self._tool, self._width, pen_width.widget])
        self.widget.add_class("digits-toolbar")
        self.show(State())

    def show(self, _state: State) -> None:
        """Enable only the buttons that have an effect on the drawing."""
        history = self._controller.history
        self._undo.disabled = not history.past
        self._redo.disabled = not history.future
        self._clear.disabled = not self._controller.drawing
        self._readout.look()

    def focus(self) -> bool:
        """Take the keyboard's focus; return False if every button is disabled."""
        for button in (self._undo, self._redo, self._clear):
            if not button.disabled:
                button.focus()
                return True
        return False

    def _set_tool(self, change: dict[str, Tool]) -> None:
        tool = self._controller.tool = change["new"]
        self._width.description = "Pen" if tool is Tool.PEN else "Eraser"
        self._width.disabled = tool is Tool.STROKES

    def _set_width(self, change: dict[str, int]) -> None:
        self._controller.pen_width = change["new"] / SIDE


def _button(label: str, tooltip: str) -> Button:
    return Button(description=label, tooltip=tooltip)
