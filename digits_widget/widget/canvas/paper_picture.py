"""`PaperPicture`: a picture that lies on the paper in place of strokes."""

from __future__ import annotations

from ipywidgets import HTML

from digits_widget.drawing import Drawing
from digits_widget.inputs import paper_of
from digits_widget.state import State
from digits_widget.tile import tile_png
from digits_widget.widget import html

_SIDE = 560
"""Pixels along the sides of the picture: two for each CSS pixel of the paper."""


class PaperPicture:
    """A view that shows the drawing's picture over the canvas; nothing for strokes."""

    def __init__(self) -> None:
        self._shown = Drawing()
        self.widget = HTML()
        self.widget.add_class("digits-overlay")

    def show(self, state: State) -> None:
        """Draw the picture of the state, if it is another one."""
        if state.drawing.picture is not self._shown.picture:
            self._shown = state.drawing
            self.widget.value = _image(state.drawing) if state.drawing.picture else ""


def _image(drawing: Drawing) -> str:
    png = tile_png(paper_of(drawing, side=_SIDE), side=_SIDE)
    return html.picture(png, "The picture on the paper", attributes="width=280")
