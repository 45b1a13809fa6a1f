"""`Inspector`: one step's picture enlarged, and the numbers under a cursor."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipycanvas
import numpy as np
from ipywidgets import HTML, Box, DOMWidget, Dropdown, HBox, VBox

from digits_widget.state import State
from digits_widget.trace import Snapshot
from digits_widget.widget.context import Context
from digits_widget.widget.panel import Panel
from digits_widget.widget.panels.steps.step_strip import picture
from digits_widget.widget.worker import Worker

SIDE = 280
"""Side of the large picture in CSS pixels: ten for each pixel of a tensor."""

LOOK_INTERVAL = 0.033
"""Seconds between two readings of the pointer's position."""

_STEPS = {
    "ArrowUp": (-1, 0),
    "ArrowDown": (1, 0),
    "ArrowLeft": (0, -1),
    "ArrowRight": (0, 1),
}
_FAR = 10
"""Pixels that an arrow key moves the cursor with Shift."""


class Inspector(Panel):
    """Show a picture enlarged, and row, column and value where the pointer is.

    The canvas above the picture paints nothing: it only hears the pointer and the keys.

    Parameters
    ----------
    context : Context
        The objects that the parts of the widget share.
    pin : callable
        Marks a pixel in every step: takes the step's number, the row and the column.
    unpin : callable
        Takes the mark off; returns whether there was one.
    """

    def __init__(
        self,
        context: Context,
        pin: Callable[[int, int, int], None],
        unpin: Callable[[], bool],
    ) -> None:
        super().__init__(context)
        self._pin = pin
        self._unpin = unpin

    def build(self) -> DOMWidget:
        """Make the picture, below a menu of all pictures, and beside it the numbers."""
        guard = self.context.guard
        self._shots: tuple[Snapshot, ...] = ()
        self._shot: Snapshot | None = None
        self._at = (14, 14)
        self._menu = Dropdown(
            options=(("Tensor", "tensor"),),
            description="Picture",
            tooltip="The picture to look at",
        )
        self._picture, self._cursor, self._numbers = HTML(), HTML(), HTML()
        self._canvas = ipycanvas.Canvas(width=SIDE, height=SIDE)
        self._canvas.layout.width = self._canvas.layout.height = f"{SIDE}px"
        stage = Box([self._picture, self._cursor, self._canvas])
        stage.add_class("digits-stage")
        content = VBox([self._menu, HBox([stage, self._numbers])])
        content.add_class("digits-inspector")
        self._look = Worker(guard(self._point), interval=LOOK_INTERVAL)
        self._menu.observe(guard(lambda _change: self._choose()), names="value")
        self._canvas.on_mouse_move(guard(self._hover))
        self._canvas.on_mouse_down(guard(self._click))
        self._canvas.on_touch_start(guard(lambda at: self._hover(*at[0])))
        self._canvas.on_touch_move(guard(lambda at: self._hover(*at[0])))
        self._canvas.on_key_down(guard(self._press))
        return content

    def update(self, state: State) -> None:
        """Show the same picture of `state`, or an empty one."""
        shots = state.trace.snapshots if state.trace else ()
        if shots and shots == self._shots:
            return
        self._shots = shots
        options = tuple((shot.title, shot.name) for shot in shots)
        if shots and options != self._menu.options:
            self._offer(options)
        self._choose()

    def _offer(self, options: tuple[tuple[str, str], ...]) -> None:
        chosen, names = self._menu.value, [name for _, name in options]
        self._menu.options = options
        self._menu.value = chosen if chosen in names else names[-1]

    def _choose(self) -> None:
        chosen = (shot for shot in self._shots if shot.name == self._menu.value)
        self._shot = next(chosen, None)
        large = picture(self._shot.shown, SIDE) if self._shot else ""
        self._picture.value = f'<div class="digits-large">{large}</div>'
        self._point()

    def _hover(self, x: float, y: float) -> None:
        if shot := self._shot:
            left, top, scale = _frame(shot)
            self._move_to(int((y - top) // scale), int((x - left) // scale))
            self._look()

    def _click(self, x: float, y: float) -> None:
        self._hover(x, y)
        self._pin_here()

    def _pin_here(self) -> None:
        if self._shot:
            names = [shot.name for shot in self._shots]
            self._pin(names.index(self._shot.name), *self._at)

    def _press(self, key: str, shift: bool, *_held: bool) -> None:  # noqa: FBT001
        if key in {" ", "Enter"}:
            self._pin_here()
        elif key == "Escape" and self._unpin():
            return
        elif key in {"Tab", "Escape"}:
            # The canvas swallows every key. The next Tab continues from here.
            self._canvas.blur()
        elif key in _STEPS:
            down, right = _STEPS[key]
            far = _FAR if shift else 1
            row, column = self._at
            self._move_to(row + far * down, column + far * right)
            self._look(now=True)

    def _move_to(self, row: int, column: int) -> None:
        """Put the cursor on a pixel, or on the nearest one in the picture."""
        if self._shot:
            rows, cols = self._shot.shown.shape[:2]
            self._at = min(max(row, 0), rows - 1), min(max(column, 0), cols - 1)

    def _point(self) -> None:
        """Draw the cursor and the numbers around it."""
        if (shot := self._shot) is None:
            self._cursor.value = ""
            self._numbers.value = "Draw a digit, then point at its pixels."
            return
        self._move_to(*self._at)
        row, column = self._at
        left, top, scale = _frame(shot)
        # Make it at least six pixels wide, to be visible on a large picture.
        more = max(6 - scale, 0) / 2
        left, top = left + column * scale - more, top + row * scale - more
        side = scale + 2 * more
        self._cursor.value = (
            f'<div class="digits-cursor" style="left:{left:g}px;top:{top:g}px;'
            f'width:{side:g}px;height:{side:g}px"></div>'
        )
        self._numbers.value = (
            f'<p role="status" aria-live="polite">{_describe(shot, row, column)}</p>'
            f"{_neighbourhood(shot, row, column)}"
            "<p>Point at the picture, or reach it by Tab and use the arrow keys; Shift "
            "goes ten pixels at once. A click or Space marks a pixel in all steps.</p>"
        )


def _frame(shot: Snapshot) -> tuple[float, float, float]:
    """Return the picture's left and top on the stage, and CSS pixels for each pixel."""
    rows, cols = shot.shown.shape[:2]
    longest = max(rows, cols)
    scale = SIDE // longest if longest <= SIDE else SIDE / longest
    return (SIDE - cols * scale) / 2, (SIDE - rows * scale) / 2, scale


REACH = 3
"""Rows and columns shown on each side of the pixel."""


def _describe(shot: Snapshot, row: int, column: int) -> str:
    """Describe a pixel: its value, the same as a byte, and how much ink it is."""
    title = escape(shot.title)
    place = f"<b>{title}</b>, row {row}, column {column}: "
    if shot.shown.ndim != 2:
        parts = ", ".join(f"{value:.3f}" for value in shot.shown[row, column])
        return f"{place}channels {parts}"
    ink = float(shot.shown[row, column])
    value = float(shot.image.reshape(shot.shown.shape)[row, column])
    return (
        f"{place}<b>{value:.3f}</b>, {round(255 * ink)} of 255,"
        f" {100 * ink:.0f}\N{NO-BREAK SPACE}% ink"
    )


def _neighbourhood(shot: Snapshot, row: int, column: int) -> str:
    """Return a table of the pixels around one, as bytes of ink; empty beyond the edge.

    Each cell has its pixel's grey, with a black or white number on it.
    """
    ink = shot.shown if shot.shown.ndim == 2 else 1 - shot.shown[..., :3].mean(axis=2)
    stored = np.rint(255 * ink).astype(int)
    rows = range(row - REACH, row + REACH + 1)
    columns = range(column - REACH, column + REACH + 1)
    head = "".join(f"<th>{c if 0 <= c < ink.shape[1] else ''}</th>" for c in columns)
    body = "".join(
        f"<tr><th>{r if 0 <= r < ink.shape[0] else ''}</th>"
        + "".join(_cell(stored, r, c, here=(r, c) == (row, column)) for c in columns)
        + "</tr>"
        for r in rows
    )
    return (
        '<table class="digits-neighbours" aria-hidden="true">'
        f"<tr><th></th>{head}</tr>{body}</table>"
    )


def _cell(stored: np.ndarray, row: int, column: int, *, here: bool) -> str:
    if not (0 <= row < stored.shape[0] and 0 <= column < stored.shape[1]):
        return '<td class="digits-beyond"></td>'
    byte = int(stored[row, column])
    # Choose black or white, whichever has the higher contrast on this grey.
    grey, word = 255 - byte, "#fff" if byte > 137 else "#000"
    mark = ' class="digits-here"' if here else ""
    style = f"background:rgb({grey},{grey},{grey});color:{word}"
    return f'<td{mark} style="{style}">{byte}</td>'
