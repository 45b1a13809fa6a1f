"""How a drawing or a picture enters a pipeline: as the first image of its trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from digits_widget.drawing import Drawing
from digits_widget.errors import DigitsError, EmptyDrawingError, ImageError
from digits_widget.picture import MAX_PIXELS, Source, read_reduced
from digits_widget.raster import rasterize, touched
from digits_widget.steps.step import Image, Outcome
from digits_widget.trace import Snapshot, snapshot

_INK = 255
"""Full ink in the bytes of a raster."""


def input_of(given: Drawing | Source) -> Drawing | Source:
    """Return what a pipeline has to read: of a drawing, perhaps its picture.

    Parameters
    ----------
    given : Drawing, or what `read_picture` takes
        The drawing or picture.
    """
    return given.picture or given if isinstance(given, Drawing) else given


def paper_of(drawing: Drawing, *, side: int) -> NDArray[np.float32]:
    """Return how a sheet of paper looks with the drawing on it, as `tile_png` takes it.

    Parameters
    ----------
    drawing : Drawing
        Strokes; or a picture, which is fitted into the sheet.
    side : int
        Pixels along the sheet's sides.

    Returns
    -------
    ndarray
        float32 in [0, 1]: (side, side), 1 is ink, for strokes; (side, side, 3), 1 is
        light, for a picture.

    Raises
    ------
    ImageError
        The picture cannot be read.
    """
    if not drawing.picture:
        return rasterize(drawing, side=side)
    light = read_reduced(drawing.picture, side * side).light
    stored = np.rint(255 * light).astype(np.uint8)
    picture = Pillow.fromarray(stored).convert("RGBA")
    picture.thumbnail((side, side))
    sheet = Pillow.new("RGB", (side, side), "white")
    place = ((side - picture.width) // 2, (side - picture.height) // 2)
    sheet.paste(picture, place, picture)
    return np.asarray(sheet, np.float32) / np.float32(255)


def draw(drawing: Drawing) -> Image:
    """Draw the strokes on their raster.

    Raises
    ------
    EmptyDrawingError
        There is no ink.
    """
    image = rasterize(drawing)
    if image.max() == 0:
        msg = "Got a drawing without ink, expected a digit. Draw one first."
        raise EmptyDrawingError(msg)
    return image


def draw_cut_out(drawing: Drawing) -> Image:
    """Draw only the part of the raster that the pen touched, if it has full ink.

    `Crop` finds the same box in it, and searches less paper.

    Raises
    ------
    EmptyDrawingError
        There is no ink.
    """
    if drawing:
        *_, shares = touched(drawing)
        if shares.max() == _INK:
            return np.divide(shares, np.float32(_INK))
    return draw(drawing)


def check_many(sources: object) -> None:
    """Refuse a single drawing or picture where many are wanted.

    Raises
    ------
    ImageError
        `sources` is one drawing or picture.
    """
    one = isinstance(sources, str | bytes | Path | Drawing)
    flat = isinstance(sources, np.ndarray) and sources.ndim < 3
    if one or flat or not isinstance(sources, Iterable):
        msg = (
            f"Got one {type(sources).__name__}, expected many drawings or pictures. "
            "Put it in a list, or call the pipeline with it."
        )
        raise ImageError(msg)
    if isinstance(sources, np.ndarray) and sources.shape[2:] in {(3,), (4,)}:
        msg = (
            f"Got an array of shape {sources.shape}, one picture in colours, expected "
            "many pictures. Put it in a list, or call the pipeline with it."
        )
        raise ImageError(msg)


def image_of(
    source: Drawing | Source,
    number: int,
    by: Callable[[Drawing], Image],
    at_most: int = MAX_PIXELS,
) -> Image:
    """Draw or read one of many.

    Parameters
    ----------
    source : Drawing, or what `read_picture` takes
        The drawing or picture.
    number : int
        Its place among the many, from 0, for an error message.
    by : callable
        `draw` or `draw_cut_out`.
    at_most : int
        Most pixels of a picture, as for `read_reduced`.

    Raises
    ------
    EmptyDrawingError, ImageError
        As `enter` raises for a single one; the message has the number.
    """
    try:
        if isinstance(source, Drawing):
            return by(source)
        return read_reduced(source, at_most).light
    except DigitsError as exc:
        msg = f"In number {number} of the batch: {exc}"
        raise type(exc)(msg) from exc


def enter(source: Drawing | Source, at_most: int = MAX_PIXELS) -> Snapshot:
    """Draw or read the first image of a trace, and describe it.

    Parameters
    ----------
    source : Drawing, or what `read_picture` takes
        The drawing or picture to trace.
    at_most : int
        Most pixels of a picture, as for `read_reduced`.

    Raises
    ------
    EmptyDrawingError, ImageError
        The drawing has no ink, or the picture cannot be read.
    """
    if isinstance(source, Drawing):
        image = draw(source)
        strokes = "1 stroke" if len(source) == 1 else f"{len(source)} strokes"
        caption = (
            f"{strokes} drawn on {image.shape[1]}x{image.shape[0]} pixels, with edges "
            "in shades of grey."
        )
        return snapshot("raster", "Drawing", Outcome(image, caption), light=False)
    image, (wide, high) = read_reduced(source, at_most)
    channels = image.shape[2] if image.ndim == 3 else 1
    kind = {1: "greys", 3: "colours", 4: "colours and transparency"}[channels]
    rows, cols = image.shape[:2]
    reduced = "" if (cols, rows) == (wide, high) else f", read as {cols}x{rows}"
    caption = f"A picture of {wide}x{high} pixels in {kind}{reduced}."
    return snapshot("picture", "Picture", Outcome(image, caption), light=True)
