"""`Canvas`: the paper on the screen, and the pointer and keys on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipycanvas
from ipywidgets import Box

from digits_widget.widget.canvas.controller import Controller
from digits_widget.widget.canvas.cursor import Cursor
from digits_widget.widget.canvas.files import drawing_in
from digits_widget.widget.canvas.paper_picture import PaperPicture
from digits_widget.widget.canvas.pen import Point
from digits_widget.widget.canvas.renderer import Surface
from digits_widget.widget.overlay import Overlay

SIDE = 280
"""Side of the paper, in CSS pixels."""

PIXELS = 2 * SIDE
"""Side of its canvas in pixels: crisp even on a screen with two per CSS pixel."""


_GUIDED = "digits-guided"


class Canvas:
    """Show the paper, and pass the pointer's events on to a controller.

    Parameters
    ----------
    gone : str
        Sentence that the page shows when the kernel has gone.

    Attributes
    ----------
    picture : PaperPicture
        Shows the drawing's picture, where it has one.
    overlay : Overlay
        Belongs on every page that shows the paper or a part of the widget.
    """

    def __init__(self, *, gone: str) -> None:
        side = f"{SIDE}px"
        self._canvas = ipycanvas.Canvas(width=PIXELS, height=PIXELS)
        self._canvas.layout.width = self._canvas.layout.height = side
        self.overlay = Overlay(self._canvas, gone=gone)
        self._cursor = Cursor()
        # The border is on a box: on the canvas it would shift all coordinates.
        self.picture = PaperPicture()
        self.widget = Box([self._canvas, self.picture.widget, self._cursor.widget])
        self.widget.add_class("digits-paper")
        self.surface = Surface(self._canvas)

    @property
    def guides(self) -> bool:
        """Whether the paper shows MNIST's box and centre; they are never ink."""
        return _GUIDED in self.widget._dom_classes  # noqa: SLF001 - no public way

    @guides.setter
    def guides(self, shown: bool) -> None:
        (self.widget.add_class if shown else self.widget.remove_class)(_GUIDED)

    def connect(
        self,
        controller: Controller,
        *,
        leave: Callable[[], bool],
        guard: Callable[[Callable[..., None]], Callable[..., None]],
    ) -> None:
        """Pass every event on to `controller`.

        Parameters
        ----------
        controller : Controller
            Turns events into strokes.
        leave : callable
            Moves the keyboard's focus off the paper; returns False if it cannot.
        guard : callable
            Wraps a handler, so that the widget shows its errors.
        """
        canvas = self._canvas
        canvas.on_client_ready(guard(controller.repaint))
        canvas.on_mouse_down(guard(lambda x, y: self._press(controller, _share(x, y))))
        canvas.on_mouse_move(guard(lambda x, y: controller.move("mouse", _share(x, y))))
        canvas.on_mouse_up(guard(lambda _x, _y: controller.lift("mouse")))
        canvas.on_mouse_out(guard(lambda x, y: controller.leave("mouse", _share(x, y))))
        canvas.on_touch_start(guard(lambda touches: self._touch(controller, touches)))
        canvas.on_touch_move(guard(lambda at: controller.move("touch", _share(*at[0]))))
        # The event lists the fingers that remain, not the one that left: any of these
        # events ends the stroke.
        canvas.on_touch_end(guard(lambda _touches: controller.lift("touch")))
        canvas.on_touch_cancel(guard(lambda _touches: controller.lift("touch")))
        canvas.on_key_down(guard(lambda *key: self._press_key(controller, leave, *key)))
        overlay = self.overlay
        overlay.on("ready", guard(controller.repaint))
        overlay.on("leave", guard(lambda: self._cursor.leave(controller)))
        overlay.on_file(
            guard(lambda name, content: controller.draw(drawing_in(name, content)))
        )
        overlay.on("escape", guard(lambda: self._leave(controller, leave)))
        controller.watch_pen(
            lambda: overlay.take(controller.tool, controller.pen_width)
        )
        overlay.take(controller.tool, controller.pen_width)
        for between_strokes in (
            canvas.on_client_ready,
            canvas.on_mouse_up,
            canvas.on_mouse_out,
            canvas.on_touch_end,
        ):
            between_strokes(guard(self._hear_beside_cells))

    def _press(self, controller: Controller, point: Point) -> None:
        self._cursor.leave(controller)
        controller.press("mouse", point)

    def _touch(self, controller: Controller, touches: Sequence[Point]) -> None:
        # Only the first finger draws; a second one has no effect.
        if len(touches) == 1:
            self._cursor.leave(controller)
            controller.press("touch", _share(*touches[0]))

    def _press_key(
        self, controller: Controller, leave: Callable[[], bool], key: str, *held: bool
    ) -> None:
        shift, control, command = held
        if key in {"Tab", "Escape"}:
            self._leave(controller, leave)
        elif not (control or command):
            self._cursor.press(controller, key, shift=shift)
        elif key.lower() == "z":
            (controller.redo if shift else controller.undo)()

    def _leave(self, controller: Controller, leave: Callable[[], bool]) -> None:
        self._cursor.leave(controller)
        if not leave():
            # The next Tab continues from here.
            self._canvas.blur()

    def _hear_beside_cells(self, *_event: object) -> None:
        """Let ipykernel handle the next events while a cell runs, where it can.

        ipykernel handles a widget's messages in the subshell from which that widget
        last sent one. A cell made the canvas, so its events would wait for cells to
        end. Here it sends a message, any message, from the page's subshell. It does so
        never within a stroke: two threads would share its points and swap some.
        """
        self._canvas.send_state("sync_image_data")


def _share(x: float, y: float) -> Point:
    return x / PIXELS, y / PIXELS
