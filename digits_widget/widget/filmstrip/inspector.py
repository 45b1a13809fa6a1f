"""`Inspector`: one picture of the filmstrip, large, and the numbers under a cursor."""

from __future__ import annotations

import ipycanvas
from ipywidgets import HTML, Box, Dropdown, HBox, VBox

from digits_widget.state import State
from digits_widget.trace import Snapshot
from digits_widget.widget.desk import Desk
from digits_widget.widget.filmstrip.neighbourhood import describe, neighbourhood
from digits_widget.widget.filmstrip.tiles import picture
from digits_widget.widget.pace import Pace

SIDE = 280
"""Of the large picture in CSS pixels: ten for each pixel of a tensor."""

LOOK_INTERVAL = 0.033
"""Seconds between two looks at where the pointer is."""

_STEPS = {
    "ArrowUp": (-1, 0),
    "ArrowDown": (1, 0),
    "ArrowLeft": (0, -1),
    "ArrowRight": (0, 1),
}
_FAR = 10
"""Pixels that an arrow key moves the cursor with Shift."""


class Inspector:
    """Show a picture enlarged, and row, column and value where somebody points.

    The canvas over the picture paints nothing: it only hears the pointer and the keys.
    """

    def __init__(self, desk: Desk) -> None:
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
        self.widget = VBox([self._menu, HBox([stage, self._numbers])])
        self.widget.add_class("digits-inspector")
        self._look = Pace(
            desk.guard(self._point), interval=LOOK_INTERVAL, background=desk.background
        )
        self._menu.observe(desk.guard(lambda _change: self._choose()), names="value")
        self._canvas.on_mouse_move(desk.guard(self._hover))
        self._canvas.on_mouse_down(desk.guard(self._hover))
        self._canvas.on_touch_start(desk.guard(lambda at: self._hover(*at[0])))
        self._canvas.on_touch_move(desk.guard(lambda at: self._hover(*at[0])))
        self._canvas.on_key_down(desk.guard(self._press))

    def show(self, state: State) -> None:
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

    def _press(self, key: str, shift: bool, *_held: bool) -> None:  # noqa: FBT001
        if key in {"Tab", "Escape"}:
            # The canvas swallows every key. The next Tab goes on from here.
            self._canvas.blur()
        elif key in _STEPS:
            down, right = _STEPS[key]
            far = _FAR if shift else 1
            row, column = self._at
            self._move_to(row + far * down, column + far * right)
            self._look(now=True)

    def _move_to(self, row: int, column: int) -> None:
        """Put the cursor on a pixel, or on the nearest one that there is."""
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
        # At least six pixels wide, to be found on a large picture.
        more = max(6 - scale, 0) / 2
        left, top = left + column * scale - more, top + row * scale - more
        side = scale + 2 * more
        self._cursor.value = (
            f'<div class="digits-cursor" style="left:{left:g}px;top:{top:g}px;'
            f'width:{side:g}px;height:{side:g}px"></div>'
        )
        self._numbers.value = (
            f'<p role="status" aria-live="polite">{describe(shot, row, column)}</p>'
            f"{neighbourhood(shot, row, column)}"
            "<p>Point at the picture, or reach it by Tab and use the arrow keys; Shift"
            " goes ten pixels at once.</p>"
        )


def _frame(shot: Snapshot) -> tuple[float, float, float]:
    """Return where the picture begins on the stage, and CSS pixels for each pixel."""
    rows, cols = shot.shown.shape[:2]
    longest = max(rows, cols)
    scale = SIDE // longest if longest <= SIDE else SIDE / longest
    return (SIDE - cols * scale) / 2, (SIDE - rows * scale) / 2, scale
