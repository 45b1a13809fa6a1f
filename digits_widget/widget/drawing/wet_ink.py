"""`WetInk`: what the hand draws, shown by the browser before Python has heard of it.

Between a pointer's move and the ink that Python paints lie a message to the kernel and
one back, and sometimes a cell that runs. So a small script, `wet_ink.js`, lays a line
over the canvas and takes it away when the same ink has come from Python. A page that
runs no such scripts shows the ink when it comes, and nothing else is different.
"""

from __future__ import annotations

from ipywidgets import HTML

from digits_widget.widget.drawing.tool import Tool
from digits_widget.widget.page.script import script_html

_NAMES = {Tool.PEN: "pen", Tool.INK: "eraser", Tool.STROKES: "sweep"}


class WetInk:
    """Lies on the paper.

    Attributes
    ----------
    script, nib : HTML
        To be put beside the canvas, in a box of the class ``digits-paper``.
    """

    def __init__(self) -> None:
        self.script = HTML(script_html("wet_ink.js"), layout={"display": "none"})
        self.nib = HTML(layout={"display": "none"})

    def take(self, tool: Tool, width: float) -> None:
        """Say what the hand holds, and how wide the pen is, as a share of the side."""
        self.nib.value = (
            f'<i class="digits-nib" data-tool="{_NAMES[tool]}" '
            f'data-width="{width:.5f}"></i>'
        )
