"""`Cursor`: draws with the keyboard.

The arrow keys move a cell of the model's own 28x28 grid. With the pen down, the cursor
draws from the middle of one cell to the middle of the next. Its strokes are like all
others.
"""

from __future__ import annotations

from ipywidgets import HTML

from digits_widget.widget.canvas.controller import Controller
from digits_widget.widget.canvas.pen import Point

GRID = 28
"""Cells along a side."""

FAR = 4
"""Cells that an arrow key moves the cursor with Shift."""

HELP = "Arrows move (Shift: four cells), Space: pen down or up, Escape leaves."

_STEPS = {
    "ArrowLeft": (-1, 0),
    "ArrowRight": (1, 0),
    "ArrowUp": (0, -1),
    "ArrowDown": (0, 1),
}


class Cursor:
    """The cell of the paper on which the keyboard's pen stands.

    Attributes
    ----------
    column, row : int
        The cell, from 0 at the left and the top to 27.
    widget : HTML
        Marks the cell on the paper; visible while the keyboard has the focus there.
    """

    def __init__(self) -> None:
        self.column = self.row = GRID // 2
        self.widget = HTML()
        self.widget.add_class("digits-overlay")
        self.hide()

    def press(self, controller: Controller, key: str, *, shift: bool) -> bool:
        """Move the cursor, or put the pen down or up.

        Parameters
        ----------
        controller : Controller
            Turns moves of the pen into strokes.
        key : str
            Name of the key, as the browser has it.
        shift : bool
            Whether Shift is held.

        Returns
        -------
        bool
            Whether the key has a meaning here.
        """
        if key == " " or (key == "Enter" and not shift):
            if controller.pointer == "keys":
                controller.lift("keys")
            else:
                controller.press("keys", self._point)
        elif key in _STEPS:
            self._go(controller, _STEPS[key], FAR if shift else 1)
        else:
            return False
        self._show(is_down=controller.pointer == "keys")
        return True

    def leave(self, controller: Controller) -> None:
        """Lift the pen and hide the cell: the keyboard or the mouse has moved on."""
        controller.lift("keys")
        self.hide()

    def hide(self) -> None:
        """Hide the cell, which only the keyboard needs."""
        self._paint("digits-cell", "")

    @property
    def _point(self) -> Point:
        return (self.column + 0.5) / GRID, (self.row + 0.5) / GRID

    def _go(self, controller: Controller, step: tuple[int, int], cells: int) -> None:
        across, down = step
        self.column = min(max(self.column + across * cells, 0), GRID - 1)
        self.row = min(max(self.row + down * cells, 0), GRID - 1)
        controller.move("keys", self._point)

    def _show(self, *, is_down: bool) -> None:
        state = "down" if is_down else "up"
        self._paint(
            f"digits-cell digits-cell-used digits-cell-{state}",
            f"Column {self.column + 1}, row {self.row + 1}, pen {state}",
        )

    def _paint(self, classes: str, words: str) -> None:
        x, y = (100 * share for share in self._point)
        self.widget.value = (
            f'<div class="{classes}" style="left:{x:.3f}%;top:{y:.3f}%"></div>'
            f'<div class="digits-unseen" role="status">{words}</div>'
            f'<div class="digits-keys-help">{HELP}</div>'
        )
