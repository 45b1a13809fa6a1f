"""`Drawer`: what is not needed at once: samples, replay, files, guides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Button, HBox, ToggleButton, VBox

from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.widget.desk import Desk
from digits_widget.widget.drawing.canvas import Canvas
from digits_widget.widget.drawing.cursor import HELP
from digits_widget.widget.drawing.files import Files
from digits_widget.widget.drawing.player import Player


class Drawer:
    """Shut until its handle is pulled.

    Parameters
    ----------
    desk : Desk
        Of the widget.
    canvas : Canvas
        Has the guides.

    Attributes
    ----------
    handle : ToggleButton
        Opens and shuts it.
    widget : VBox
        What is in it.
    player : Player
        Plays drawings again.
    """

    def __init__(self, desk: Desk, canvas: Canvas) -> None:
        self._desk = desk
        self._canvas = canvas
        self.player = Player(desk)
        self._files: Files | None = None
        self._contents: list[VBox] = []
        self.handle = ToggleButton(
            description="More", tooltip="Samples, replay, files and guides"
        )
        self.handle.observe(desk.guard(self._pull), names="value")
        self.widget = VBox()
        self.widget.add_class("digits-drawer")

    def show(self, state: State) -> None:
        """Tell what is in the drawer."""
        self.player.show(state)
        if self._files:
            self._files.show(state)

    def _pull(self, change: dict[str, bool]) -> None:
        if not self._contents:
            # A page that is loaded again asks for every widget there is.
            self._contents = self._fill()
        self.widget.children = self._contents if change["new"] else ()

    def _fill(self) -> list[VBox]:
        """Make what nobody has seen yet."""
        desk = self._desk
        self._files = Files(desk.session, desk.pad, desk.guard)
        guides = ToggleButton(
            value=self._canvas.guides,
            description="Guides",
            tooltip="Show MNIST's box of 20 by 20 cells, and the centre",
        )
        guides.add_class("digits-guides")
        guides.observe(desk.guard(self._guide), names="value")
        help_line = HTML(f"Keys on the paper: {HELP[0].lower()}{HELP[1:]}")
        help_line.add_class("digits-help")
        return [
            _named("Samples", HBox([_sample(desk, digit) for digit in range(10)])),
            _named("Replay", self.player.widget),
            _named("Files", self._files.widget),
            _named("Paper", VBox([HBox([guides]), help_line])),
        ]

    def _guide(self, change: dict[str, bool]) -> None:
        self._canvas.guides = change["new"]


def _sample(desk: Desk, digit: int) -> Button:
    button = Button(description=str(digit), tooltip=f"Draw a sample {digit}")
    draw: Callable[..., Any] = lambda _button: desk.pad.draw(sample(digit))  # noqa: E731
    button.on_click(desk.guard(draw))
    return button


def _named(name: str, contents: HBox | VBox) -> VBox:
    title = HTML(f"<b>{name}</b>")
    return VBox([title, contents])
