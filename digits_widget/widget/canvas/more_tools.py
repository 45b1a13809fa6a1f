"""`MoreTools`: replay, files and guides, behind the button "More"."""

from __future__ import annotations

from ipywidgets import HTML, HBox, ToggleButton, VBox

from digits_widget.state import State
from digits_widget.widget.canvas.canvas import Canvas
from digits_widget.widget.canvas.cursor import HELP
from digits_widget.widget.canvas.files import Files
from digits_widget.widget.canvas.replay import Replay
from digits_widget.widget.context import Context


class MoreTools:
    """A drawer, closed until a person presses its button.

    Parameters
    ----------
    context : Context
        What the parts of the widget share.
    canvas : Canvas
        Has the guides.

    Attributes
    ----------
    handle : ToggleButton
        Opens and closes the drawer.
    widget : VBox
        The drawer's content.
    replay : Replay
        Plays drawings again.
    """

    def __init__(self, context: Context, canvas: Canvas) -> None:
        self._context = context
        self._canvas = canvas
        self.replay = Replay(context)
        self._files: Files | None = None
        self._contents: list[VBox] = []
        self.handle = ToggleButton(
            description="More", tooltip="Replay, files and guides"
        )
        self.handle.observe(context.guard(self._pull), names="value")
        self.widget = VBox()
        self.widget.add_class("digits-more-tools")

    def show(self, state: State) -> None:
        """Pass the state on to the tools in the drawer."""
        self.replay.show(state)
        if self._files:
            self._files.show(state)

    def _pull(self, change: dict[str, bool]) -> None:
        if not self._contents:
            # A page asks for every existing widget when it is loaded again.
            self._contents = self._fill()
        self.widget.children = self._contents if change["new"] else ()

    def _fill(self) -> list[VBox]:
        """Make the tools, when the drawer opens for the first time."""
        context = self._context
        self._files = Files(context.session, context.controller, context.guard)
        guides = ToggleButton(
            value=self._canvas.guides,
            description="Guides",
            tooltip="Show MNIST's box of 20 by 20 cells, and the centre",
        )
        guides.add_class("digits-guides")
        guides.observe(context.guard(self._guide), names="value")
        help_line = HTML(f"Keys on the paper: {HELP[0].lower()}{HELP[1:]}")
        help_line.add_class("digits-help")
        return [
            _named("Replay", self.replay.widget),
            _named("Files", self._files.widget),
            _named("Paper", VBox([HBox([guides]), help_line])),
        ]

    def _guide(self, change: dict[str, bool]) -> None:
        self._canvas.guides = change["new"]


def _named(name: str, contents: HBox | VBox) -> VBox:
    title = HTML(f"<b>{name}</b>")
    return VBox([title, contents])
