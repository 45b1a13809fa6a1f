"""`Files`: load a drawing from a file, and take one home."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Button, FileUpload, HBox, Label, VBox

from digits_widget.drawing import Drawing
from digits_widget.errors import DrawingFormatError
from digits_widget.session import Session
from digits_widget.state import State
from digits_widget.widget.drawing.formats import FORMATS
from digits_widget.widget.drawing.pad import Pad

_STEM = "digit"
"""Of the names that the browser is told."""


class Files:
    """Buttons for files. What is saved goes to the browser's own downloads.

    Parameters
    ----------
    session : Session
        Has what is drawn.
    pad : Pad
        Gets what is loaded, as one action.
    guard : callable
        Wraps a handler, so that its errors are seen.
    """

    def __init__(
        self,
        session: Session,
        pad: Pad,
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
    ) -> None:
        self._session = session
        self._pad = pad
        self._offered: Drawing | None = None
        self._load = FileUpload(
            accept=".json",
            description="Load a drawing",
            icon="",
            tooltip="Load a drawing, saved as JSON",
        )
        self._load.add_class("digits-load")
        self._load.observe(guard(self._take), names="value")
        self._link = HTML()
        self._link.add_class("digits-link")
        self._guard = guard
        buttons = [self._button(suffix) for suffix in FORMATS]
        saving = HBox([Label("Save as"), *buttons])
        self.widget = VBox([HBox([self._load]), saving, self._link])

    def show(self, state: State) -> None:
        """Take the link away when it leads to another drawing."""
        if self._offered is None or state.is_past:
            return
        if state.drawing is not self._offered:
            self._offered = None
            self._link.value = ""

    def _button(self, suffix: str) -> Button:
        kind = FORMATS[suffix]
        button = Button(
            description=kind.name, tooltip=f"Save as {kind.name}: {kind.about}"
        )
        button.on_click(self._guard(lambda _button: self._offer(suffix)))
        return button

    def _offer(self, suffix: str) -> None:
        state, kind = self._session.newest, FORMATS[suffix]
        content = kind.encode(state)
        data = b64encode(content).decode()
        name = f"{_STEM}{suffix}"
        size = f"{max(len(content) / 1000, 0.1):.1f} kB"
        self._offered = state.drawing
        # Whole in the page: it needs no server, and no network.
        self._link.value = (
            f'<a download="{name}" href="data:{kind.mime};base64,{data}">'
            f"Save {name}</a> ({size}, {kind.about})"
        )

    def _take(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        (file,) = change["new"]
        # Empty again, so that the same file can be chosen again.
        self._load.value = ()
        try:
            text = bytes(file["content"]).decode(errors="replace")
            drawing = Drawing.from_json(text)
        except DrawingFormatError as exc:
            raise DrawingFormatError(_refusal(file["name"], exc)) from exc
        self._pad.draw(drawing)


def _refusal(name: str, problem: Exception) -> str:
    """Say why a file is no drawing: pictures and arrays hold no strokes."""
    kind = FORMATS.get(Path(name).suffix.lower())
    if kind is None or kind.name == "JSON":
        return f"{name}: {problem}"
    return (
        f"Got {name}, {kind.about} without strokes; expected a drawing saved as JSON. "
        "Save as JSON what is to be loaded again."
    )
