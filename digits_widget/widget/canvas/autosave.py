"""`Autosave`: keeps the drawing in a file, so that it survives a kernel restart."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from digits_widget.drawing import Drawing
from digits_widget.errors import (
    DrawingError,
    DrawingFormatError,
    OptionError,
    shortened,
)
from digits_widget.state import State
from digits_widget.widget.worker import Worker

INTERVAL = 0.5
"""Seconds between two writes while a person draws."""

FOLDER = "digits_widget_autosave"
"""Folder in the kernel's working directory, which usually is the notebook's."""


class Autosave:
    """A view that shows nothing: it writes each drawing to a side file.

    The file is a drawing's JSON, with its version. A new file is written beside the old
    one and then replaces it, so that a crash never leaves half a file.

    Parameters
    ----------
    key : str
        Name of the file, without its ending: letters, digits, ``-`` and ``_``.
    background : callable
        Runs a function soon in another thread.
    fail : callable
        Receives the error when the file cannot be written.

    Attributes
    ----------
    path : Path
        Path of the file.
    name : str
        The same path, relative to the kernel's working directory.

    Raises
    ------
    OptionError
        `key` has other characters.
    """

    def __init__(
        self,
        key: str,
        background: Callable[[Callable[[], None]], object],
        fail: Callable[[Exception], None],
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key):
            msg = (
                f"Got key={shortened(repr(key))}, expected 1 to 64 letters, digits, - "
                "and _. It becomes the name of a file."
            )
            raise OptionError(msg)
        self.name = f"{FOLDER}/{key}.json"
        self.path = Path.cwd() / self.name
        self._fail = fail
        self._drawing = self._kept = Drawing()
        self._soon = Worker(self._write, interval=INTERVAL, background=background)

    def load(self) -> Drawing:
        """Return the saved drawing; a blank one if there is none.

        Raises
        ------
        DrawingFormatError
            The file holds no drawing. It has been renamed to ``….json.damaged``.
        """
        if not self.path.exists():
            return Drawing()
        try:
            self._kept = self._drawing = Drawing.load(self.path)
        except DrawingError as exc:
            aside = self._free_name()
            self.path.replace(aside)
            msg = f"{exc} The file is called {aside.name} now, and a new one begins."
            raise DrawingFormatError(msg) from exc
        return self._kept

    def _free_name(self) -> Path:
        """Return a free name for a damaged file, to keep earlier ones."""
        names = (f"{self.path.name}.damaged{again}" for again in ("", *range(2, 1000)))
        places = map(self.path.with_name, names)
        return next(place for place in places if not place.exists())

    def show(self, state: State) -> None:
        """Write the drawing of this state soon, if it has changed."""
        if not state.is_past and state.drawing is not self._drawing:
            self._drawing = state.drawing
            self._soon()

    def _write(self) -> None:
        drawing = self._drawing
        if drawing == self._kept:
            return
        try:
            self.path.parent.mkdir(exist_ok=True)
            # Two kernels may write the same file, and so may two widgets of one kernel.
            new = self.path.with_name(f"{self.path.name}.{os.getpid()}-{id(self)}")
            new.write_text(drawing.to_json(), encoding="utf-8")
            new.replace(self.path)
        except OSError as exc:
            msg = f"Got {self.path}, which cannot be written ({exc.strerror})."
            self._fail(DrawingFormatError(msg))
        else:
            self._kept = drawing
