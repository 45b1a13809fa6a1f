"""`WetInk`: what the hand draws, shown by the browser before Python has heard of it.

Between a pointer's move and the ink that Python paints lie a message to the kernel and
one back, and sometimes a cell that runs. So a small script, `wet_ink.js`, lays a line
over the canvas and takes it away when the same ink has come from Python. A page that
runs no such scripts shows the ink when it comes, and nothing else is different.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files

from ipywidgets import HTML

from digits_widget.widget.tool import Tool

_PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs="
"""A picture of one pixel: what it does when it is loaded runs once for each view."""

_NAMES = {Tool.PEN: "pen", Tool.INK: "eraser", Tool.STROKES: "sweep"}


class WetInk:
    """Lies on the paper.

    Attributes
    ----------
    script, nib : HTML
        To be put beside the canvas, in a box of the class ``digits-paper``.
    """

    def __init__(self) -> None:
        code = files(__package__).joinpath("wet_ink.js").read_text(encoding="utf-8")
        self.script = HTML(
            f'<img alt="" src="{_PIXEL}" onload="{escape(code)}">',
            layout={"display": "none"},
        )
        self.nib = HTML(layout={"display": "none"})

    def take(self, tool: Tool, width: float) -> None:
        """Say what the hand holds, and how wide the pen is, as a share of the side."""
        self.nib.value = (
            f'<i class="digits-nib" data-tool="{_NAMES[tool]}" '
            f'data-width="{width:.5f}"></i>'
        )
