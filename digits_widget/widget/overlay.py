"""`Overlay`: the browser's own part of the widget, as an anywidget.

It inks under the pointer, handles keys, names controls for screen readers, and says so
when the kernel has gone: none of this can wait for Python. Its script and style are the
files of `page/`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import ipycanvas
from anywidget import AnyWidget
from ipywidgets import widget_serialization
from traitlets import Float, Instance, Unicode

from digits_widget.widget.canvas.pen import Tool

GONE = "The kernel was restarted: run this cell again."
GONE_IN_A_PAGE = "The kernel was restarted: load this page again."

_TOOLS = {Tool.PEN: "pen", Tool.INK: "eraser", Tool.STROKES: "sweep"}


def _page(ending: str) -> str:
    """Join all files with this ending, so that the page needs no network."""
    folder = files("digits_widget.widget.page")
    found = (file for file in folder.iterdir() if file.name.endswith(ending))
    return "\n".join(
        file.read_text(encoding="utf-8")
        for file in sorted(found, key=lambda file: file.name)
    )


class Overlay(AnyWidget):
    """Stand wherever a page shows the widget or a part of it.

    Parameters
    ----------
    canvas : ipycanvas.Canvas
        The paper.
    gone : str
        Sentence that the page shows when the kernel has gone.
    """

    _esm = _page(".js")
    _css = _page(".css")

    canvas = Instance(ipycanvas.Canvas).tag(sync=True, **widget_serialization)
    gone = Unicode(GONE).tag(sync=True)
    tool = Unicode("pen").tag(sync=True)
    width = Float().tag(sync=True)

    def __init__(self, canvas: ipycanvas.Canvas, *, gone: str = GONE) -> None:
        self._handlers: dict[str, list[Callable[[], None]]] = {}
        self._take_file: Callable[[str, bytes], None] | None = None
        self._take_pin: Callable[[int, int, int], None] | None = None
        self._counts: dict[str, int] = {}
        super().__init__(canvas=canvas, gone=gone, layout={"display": "none"})
        self.on_msg(self._hear)

    @property
    def was_seen(self) -> bool:
        """Whether a page has ever shown the widget, or a part of it."""
        return bool(self._counts)

    @property
    def is_seen(self) -> bool:
        """Whether a page shows the widget, or a part of it."""
        return any(self._counts.values())

    def take(self, tool: Tool, width: float) -> None:
        """Tell the browser the tool and the pen's width, so that it inks alike.

        Parameters
        ----------
        tool : Tool
            The pen or an eraser.
        width : float
            Width of the pen, as a share of the canvas side.
        """
        self.tool, self.width = _TOOLS[tool], width

    def say(self, words: str) -> None:
        """Make screen readers say a sentence, once."""
        self.send({"say": words})

    def on(self, event: str, handler: Callable[[], None]) -> None:
        """Call `handler` at each event of this name.

        Parameters
        ----------
        event : str
            ``ready``: a view can show the sheet; ``seen``: the number of views has
            changed; ``leave``: the paper has lost the focus; ``escape``: the key;
            ``unpin``: a person wants no pixel marked in the steps any more;
            ``make it 0`` to ``make it 9``: the digit beside that bar was clicked.
        handler : callable
            A function without arguments.
        """
        self._handlers.setdefault(event, []).append(handler)

    def on_file(self, handler: Callable[[str, bytes], None]) -> None:
        """Call `handler` with name and content of each file that lands on the paper.

        Parameters
        ----------
        handler : callable
            Takes a file that a person dropped on the paper, or pasted there. Its
            content is empty if the file is too large to be sent.
        """
        self._take_file = handler

    def on_pin(self, handler: Callable[[int, int, int], None]) -> None:
        """Call `handler` with each pixel that a person clicks in a step's picture.

        Parameters
        ----------
        handler : callable
            Takes the number of the step, the row and the column, all from 0.
        """
        self._take_pin = handler

    def _hear(
        self, _widget: object, content: dict[str, Any], buffers: list[memoryview]
    ) -> None:
        event = str(content.get("event"))
        if event == "file" and self._take_file:
            self._take_file(str(content["name"]), b"".join(map(bytes, buffers)))
        if event == "pin" and self._take_pin:
            step, row, column = (
                int(content[each]) for each in ("step", "row", "column")
            )
            self._take_pin(step, row, column)
        if event == "seen":
            self._counts[str(content["tab"])] = int(content["count"])
        # Let ipykernel handle the next events while a cell runs: see `Canvas`.
        self.send_state("tool")
        for handler in self._handlers.get(event, ()):
            handler()
