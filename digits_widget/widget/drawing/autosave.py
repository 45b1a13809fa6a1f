"""`Autosave`: keeps what is drawn in a file, for when the kernel was restarted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from digits_widget.drawing import Drawing
from digits_widget.errors import DrawingFormatError, OptionError
from digits_widget.state import State
from digits_widget.widget.pace import Pace

INTERVAL = 0.5
"""Seconds between two writings while somebody draws."""

FOLDER = "digits_widget_autosave"
"""In the folder in which the kernel works, usually the notebook's."""


class Autosave:
    """A view that shows nothing: it writes each drawing to a side file.

    The file is a drawing's JSON, with its version. It is written whole beside the old
    one and then takes its place, so that no crash leaves half of it.

    Parameters
    ----------
    key : str
        Names the file: letters, digits, ``-`` and ``_``.
    background : callable
        Runs a function soon in another thread.
    fail : callable
        Told what went wrong with the file.

    Attributes
    ----------
    path : Path
        Of the file.
    name : str
        The same, seen from the folder in which the kernel works.

    Raises
    ------
    OptionError
        Another kind of key.
    """

    def __init__(
        self,
        key: str,
        background: Callable[[Callable[[], None]], object],
        fail: Callable[[Exception], None],
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key):
            msg = (
                f"Got key={key!r}, expected 1 to 64 letters, digits, - and _. "
                "It becomes the name of a file."
            )
            raise OptionError(msg)
        self.name = f"{FOLDER}/{key}.json"
        self.path = Path.cwd() / self.name
        self._fail = fail
        self._drawing = self._kept = Drawing()
        self._soon = Pace(self._write, interval=INTERVAL, background=background)

    def load(self) -> Drawing:
        """Return the drawing that was kept; a blank one if none was.

        Raises
        ------
        DrawingFormatError
            The file holds something else. It is now called ``….json.damaged``.
        """
        if not self.path.exists():
            return Drawing()
        try:
            self._kept = self._drawing = Drawing.load(self.path)
        except DrawingFormatError as exc:
            aside = self.path.with_name(f"{self.path.name}.damaged")
            self.path.replace(aside)
            msg = f"{exc} The file is called {aside.name} now, and a new one begins."
            raise DrawingFormatError(msg) from exc
        return self._kept

    def show(self, state: State) -> None:
        """Have the drawing of this state written soon, if it is another one."""
        if not state.is_past and state.drawing is not self._drawing:
            self._drawing = state.drawing
            self._soon()

    def _write(self) -> None:
        drawing = self._drawing
        if drawing == self._kept:
            return
        try:
            self.path.parent.mkdir(exist_ok=True)
            # Two kernels may write the same one.
            new = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            new.write_text(drawing.to_json(), encoding="utf-8")
            new.replace(self.path)
        except OSError as exc:
            msg = f"Got {self.path}, which cannot be written ({exc.strerror})."
            self._fail(DrawingFormatError(msg))
        else:
            self._kept = drawing
