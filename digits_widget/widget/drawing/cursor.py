"""`Cursor`: the pen in the hands of somebody without a mouse.

A cell of a 28x28 grid, the model's own, that the arrow keys move. With the pen down it
draws from the middle of one cell to the middle of the next. What comes out are strokes
like all others.
"""

from __future__ import annotations

from ipywidgets import HTML

from digits_widget.widget.drawing.pad import Pad
from digits_widget.widget.drawing.pen import Point

GRID = 28
"""Cells along a side."""

FAR = 4
"""Cells that an arrow key goes with Shift."""

HELP = "Arrows move (Shift: four cells), Space: pen down or up, Escape leaves."

_STEPS = {
    "ArrowLeft": (-1, 0),
    "ArrowRight": (1, 0),
    "ArrowUp": (0, -1),
    "ArrowDown": (0, 1),
}


class Cursor:
    """Where the keys are on the paper.

    Attributes
    ----------
    column, row : int
        The cell, from 0 at the left and the top to 27.
    widget : HTML
        Lies on the paper; seen while the keys are on it.
    """

    def __init__(self) -> None:
        self.column = self.row = GRID // 2
        self.widget = HTML()
        self.widget.add_class("digits-overlay")
        self.hide()

    def press(self, pad: Pad, key: str, *, shift: bool) -> bool:
        """Do what a key does; return False if it does nothing here."""
        if key in {" ", "Enter"}:
            if pad.pointer == "keys":
                pad.lift("keys")
            else:
                pad.press("keys", self._point)
        elif key in _STEPS:
            self._go(pad, _STEPS[key], FAR if shift else 1)
        else:
            return False
        self._show(is_down=pad.pointer == "keys")
        return True

    def leave(self, pad: Pad) -> None:
        """Lift the pen, for the keys or the mouse are elsewhere now."""
        pad.lift("keys")
        self.hide()

    def hide(self) -> None:
        """Show the cell only to those who come by keyboard."""
        self._paint("digits-cell", "")

    @property
    def _point(self) -> Point:
        return (self.column + 0.5) / GRID, (self.row + 0.5) / GRID

    def _go(self, pad: Pad, step: tuple[int, int], cells: int) -> None:
        across, down = step
        self.column = min(max(self.column + across * cells, 0), GRID - 1)
        self.row = min(max(self.row + down * cells, 0), GRID - 1)
        pad.move("keys", self._point)

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
