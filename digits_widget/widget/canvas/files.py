"""`FORMATS`: the kinds of file for a drawing. `Files`: the buttons to load and save.

`load` reads a file, which may also be a picture. `save` writes a file from Python; the
buttons hand one to the browser.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets import HTML, Button, FileUpload, HBox, Label, VBox

from digits_widget.drawing import MAX_BYTES, Drawing
from digits_widget.errors import (
    DrawingError,
    DrawingFormatError,
    EmptyDrawingError,
    FileTakenError,
    ImageError,
    ImageTooLargeError,
    shortened,
)
from digits_widget.inputs import paper_of
from digits_widget.picture import MAX_PIXELS, read_reduced
from digits_widget.regular_file import read_regular_file
from digits_widget.session import Session
from digits_widget.state import State
from digits_widget.tile import tile_png
from digits_widget.widget import html
from digits_widget.widget.canvas.controller import Controller

_PNG_SIDE = 560

_STEM = "digit"
"""Stem of the file names that the page offers the browser."""


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    name: str
    """Label of its button."""

    about: str
    """Its content, in a few words."""

    mime: str
    """MIME type of the content, for a browser."""

    encode: Callable[[State], bytes]
    """Returns the file's content for a state."""


def save(state: State, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write the drawing to a file, and return its path.

    Parameters
    ----------
    state : State
        Has the drawing, its trace and the answer.
    path : str or Path
        Its ending chooses the format, one of `FORMATS`.
    overwrite : bool
        Whether to replace a file of this name.

    Raises
    ------
    DrawingFormatError
        The ending is not in `FORMATS`, or the file cannot be written.
    FileTakenError
        There is a file of this name, and `overwrite` is False.
    EmptyDrawingError
        ``.npz`` for a blank sheet, which has no steps.
    """
    path = Path(path)
    if path.suffix not in FORMATS:
        *most, last = FORMATS
        msg = (
            f"Got {shortened(path)}, expected a name that ends in {', '.join(most)} or "
            f"{last}."
        )
        raise DrawingFormatError(msg)
    content = FORMATS[path.suffix].encode(state)
    try:
        with path.open("wb" if overwrite else "xb") as file:
            file.write(content)
    except FileExistsError as exc:
        msg = (
            f"Got {path}, where there is a file already. Choose another name, or pass "
            "overwrite=True."
        )
        raise FileTakenError(msg) from exc
    except OSError as exc:
        msg = f"Got {path}, which cannot be written ({exc.strerror}). Check the folder."
        raise DrawingFormatError(msg) from exc
    return path


def load(path: str | Path) -> Drawing:
    """Read a drawing, or a picture in its place, from a file.

    Parameters
    ----------
    path : str or Path
        A drawing as ``.json``, or a picture of any usual kind.

    Raises
    ------
    DrawingFormatError
        The file cannot be read, or holds neither.
    """
    path = Path(path)
    if path.suffix == ".json":
        return Drawing.load(path)
    try:
        content = read_regular_file(path, most=MAX_BYTES)
    except OSError as exc:
        msg = f"Got {path}, which cannot be read ({exc.strerror}). Check the name."
        raise DrawingFormatError(msg) from exc
    return drawing_in(path.name, content)


def _json(state: State) -> bytes:
    return state.drawing.to_json().encode()


def _svg(state: State) -> bytes:
    return state.drawing.to_svg().encode()


def _png(state: State) -> bytes:
    return tile_png(paper_of(state.drawing, side=_PNG_SIDE), side=_PNG_SIDE)


def _npz(state: State) -> bytes:
    if state.trace is None:
        msg = "Got a blank sheet, which has no steps to save. Draw a digit first."
        raise EmptyDrawingError(msg)
    arrays = {shot.name: shot.image for shot in state.trace}
    arrays["drawing_json"] = np.array(state.drawing.to_json())
    if state.prediction:
        arrays["confidences"] = state.prediction.confidences
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


FORMATS = {
    ".json": Format("JSON", "strokes with their times", "application/json", _json),
    ".png": Format("PNG", "a picture", "image/png", _png),
    ".svg": Format("SVG", "a picture of lines", "image/svg+xml", _svg),
    ".npz": Format(
        "npz",
        "every step as an array, and the confidences",
        "application/octet-stream",
        _npz,
    ),
}
"""The formats by file ending."""


class Files:
    """Buttons for files. The browser saves them among its own downloads.

    Parameters
    ----------
    session : Session
        Has the drawing to save.
    controller : Controller
        Receives a loaded drawing, as one action.
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    """

    def __init__(
        self,
        session: Session,
        controller: Controller,
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
    ) -> None:
        self._session = session
        self._controller = controller
        self._offered: Drawing | None = None
        self._load = FileUpload(
            # A phone offers its camera for a picture.
            accept=".json,image/*",
            description="Load a file",
            icon="",
            tooltip="Load a drawing that was saved as JSON, or a picture of a digit",
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
        """Remove the download link once the drawing has changed."""
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
        # The page saves the file as soon as the link is there: `page/downloads.js`.
        button.add_class("digits-saves")
        button.on_click(self._guard(lambda _button: self._offer(suffix)))
        return button

    def _offer(self, suffix: str) -> None:
        state, kind = self._session.newest, FORMATS[suffix]
        content = kind.encode(state)
        name = f"{_STEM}{suffix}"
        link = html.download(name, content, mime=kind.mime, words=f"Save {name}")
        self._offered = state.drawing
        # A link that is there already would not be new to the page.
        self._link.value = ""
        self._link.value = f"{link} ({html.file_size(content)}, {kind.about})"

    def _take(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        (file,) = change["new"]
        # Empty the control, so that a person can choose the same file again.
        self._load.value = ()
        self._controller.draw(drawing_in(file["name"], bytes(file["content"])))


def drawing_in(name: str, content: bytes) -> Drawing:
    """Read a drawing, or a picture in its place, from a file.

    Parameters
    ----------
    name : str
        Name of the file.
    content : bytes
        A drawing as JSON, or a picture of any usual kind.

    Raises
    ------
    DrawingFormatError
        The file holds neither.
    """
    suffix = Path(name).suffix.lower()
    if not content:
        msg = (
            f"Got {name}, which is empty or larger than 8 MB, expected a smaller "
            'picture. From Python, larger ones load, too: widget.load("photo.jpg").'
        )
        raise DrawingFormatError(msg)
    if suffix in {".svg", ".npz"}:
        msg = (
            f"Got {name}, {FORMATS[suffix].about}, expected a drawing that was saved "
            "as JSON, or a picture such as a photo. Save the drawing as JSON."
        )
        raise DrawingFormatError(msg)
    try:
        if suffix == ".json" or content.lstrip()[:1] == b"{":
            return Drawing.from_json(content.decode(errors="replace"))
        # Look at it now: the drawing on the paper stays if this is no picture.
        read_reduced(content, MAX_PIXELS)
        return Drawing(picture=content)
    except (DrawingError, ImageTooLargeError) as exc:
        msg = f"{name}: {exc}"
        raise DrawingFormatError(msg) from exc
    except ImageError as exc:
        msg = (
            f"{name} is neither a picture nor a saved drawing. Choose a PNG or JPEG "
            "picture, or a drawing that was saved as JSON."
        )
        raise DrawingFormatError(msg) from exc
