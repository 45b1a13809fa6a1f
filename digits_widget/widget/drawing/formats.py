"""What a drawing can be saved as: a table of file endings."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits_widget.errors import (
    DrawingFormatError,
    EmptyDrawingError,
    FileTakenError,
)
from digits_widget.raster import rasterize
from digits_widget.state import State
from digits_widget.tile import tile_png

_PNG_SIDE = 560


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    name: str
    """What people call it."""

    about: str
    """What is in it, in a few words."""

    mime: str
    """Type of the content, for a browser."""

    encode: Callable[[State], bytes]
    """Turns what is drawn into the file's content."""


def save(state: State, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write what is drawn, as the ending of `path` says; return the path.

    Raises
    ------
    DrawingFormatError
        An ending that is not in `FORMATS`, or a place that cannot be written to.
    FileTakenError
        There is a file of this name, and `overwrite` is False.
    EmptyDrawingError
        ``.npz`` of a blank sheet: there are no steps.
    """
    path = Path(path)
    if path.suffix not in FORMATS:
        *most, last = FORMATS
        msg = (
            f"Got {path.name!r}, expected a name that ends in {', '.join(most)} or "
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


def _json(state: State) -> bytes:
    return state.drawing.to_json().encode()


def _svg(state: State) -> bytes:
    return state.drawing.to_svg().encode()


def _png(state: State) -> bytes:
    return tile_png(rasterize(state.drawing, side=_PNG_SIDE), side=_PNG_SIDE)


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
"""By file ending."""
