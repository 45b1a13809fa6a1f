"""`Canvas`: the paper on the screen, and the pointer and keys on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipycanvas
from ipywidgets import Box

from digits_widget.widget.drawing.cursor import Cursor
from digits_widget.widget.drawing.ink import Ink
from digits_widget.widget.drawing.pad import Pad
from digits_widget.widget.drawing.pen import Point
from digits_widget.widget.drawing.wet_ink import WetInk

SIDE = 280
"""Of the paper, in CSS pixels."""

PIXELS = 2 * SIDE
"""Of the canvas behind it: crisp also where a CSS pixel is two pixels wide."""


_GUIDED = "digits-guided"


class Canvas:
    """Show the paper, and tell a pad what the pointer does on it."""

    def __init__(self) -> None:
        side = f"{SIDE}px"
        self._canvas = ipycanvas.Canvas(width=PIXELS, height=PIXELS)
        self._canvas.layout.width = self._canvas.layout.height = side
        self._wet = WetInk()
        self._cursor = Cursor()
        overlays = [self._cursor.widget, self._wet.nib, self._wet.script]
        # The border is on a box: on the canvas it would shift all coordinates.
        self.widget = Box([self._canvas, *overlays])
        self.widget.add_class("digits-paper")
        self.ink = Ink(self._canvas)

    @property
    def guides(self) -> bool:
        """Whether MNIST's box and the centre are shown, above the paper only."""
        return _GUIDED in self.widget._dom_classes  # noqa: SLF001 - no public way

    @guides.setter
    def guides(self, shown: bool) -> None:
        (self.widget.add_class if shown else self.widget.remove_class)(_GUIDED)

    def connect(
        self,
        pad: Pad,
        *,
        leave: Callable[[], bool],
        guard: Callable[[Callable[..., None]], Callable[..., None]],
    ) -> None:
        """Tell `pad` about every event.

        Parameters
        ----------
        pad : Pad
            Draws.
        leave : callable
            Takes the keyboard's focus from the paper, which swallows every key; False
            if it cannot.
        guard : callable
            Wraps a handler, so that its errors are seen.
        """
        canvas = self._canvas
        canvas.on_client_ready(guard(pad.revive))
        canvas.on_mouse_down(guard(lambda x, y: self._press(pad, _share(x, y))))
        canvas.on_mouse_move(guard(lambda x, y: pad.move("mouse", _share(x, y))))
        canvas.on_mouse_up(guard(lambda _x, _y: pad.lift("mouse")))
        canvas.on_mouse_out(guard(lambda x, y: pad.leave("mouse", _share(x, y))))
        canvas.on_touch_start(guard(lambda touches: self._touch(pad, touches)))
        canvas.on_touch_move(guard(lambda touches: _drag(pad, touches)))
        # It lists the fingers that remain, not the one that left: any ends the stroke.
        canvas.on_touch_end(guard(lambda _touches: pad.lift("touch")))
        canvas.on_touch_cancel(guard(lambda _touches: pad.lift("touch")))
        canvas.on_key_down(guard(lambda *key: self._press_key(pad, leave, *key)))
        pad.watch_pen(lambda: self._wet.take(pad.tool, pad.pen_width))
        self._wet.take(pad.tool, pad.pen_width)
        for between_strokes in (
            canvas.on_client_ready,
            canvas.on_mouse_up,
            canvas.on_mouse_out,
            canvas.on_touch_end,
        ):
            between_strokes(guard(self._hear_beside_cells))

    def _press(self, pad: Pad, point: Point) -> None:
        self._cursor.leave(pad)
        pad.press("mouse", point)

    def _touch(self, pad: Pad, touches: Sequence[Point]) -> None:
        # Only the first finger draws; a second one neither draws nor disturbs.
        if len(touches) == 1:
            self._cursor.leave(pad)
            pad.press("touch", _share(*touches[0]))

    def _press_key(
        self, pad: Pad, leave: Callable[[], bool], key: str, *held: bool
    ) -> None:
        shift, control, command = held
        if key in {"Tab", "Escape"}:
            self._cursor.leave(pad)
            if shift or not leave():
                # The browser goes on from here, backwards too.
                self._canvas.blur()
        elif not (control or command):
            self._cursor.press(pad, key, shift=shift)
        elif key.lower() == "z":
            (pad.redo if shift else pad.undo)()

    def _hear_beside_cells(self, *_event: object) -> None:
        """Have the next events handled while a cell runs, where that is possible.

        ipykernel handles what comes from a widget in the subshell in which that widget
        spoke last. It was made in a cell, so its events would wait for cells to end. It
        speaks here, in the subshell of the page; what it says does not matter. Never
        within a stroke: two threads would share its points and swap some.
        """
        self._canvas.send_state("sync_image_data")

    def close(self) -> None:
        """Take the paper off the screen."""
        self.ink.close()
        self._canvas.close()
        self.widget.close()


def _share(x: float, y: float) -> Point:
    return x / PIXELS, y / PIXELS


def _drag(pad: Pad, touches: Sequence[Point]) -> None:
    point = _share(*touches[0])
    inside = all(0 <= value <= 1 for value in point)
    # A finger's events go on beyond the edge, where a mouse's end.
    (pad.move if inside else pad.leave)("touch", point)
