"""How a drawing or a picture enters a pipeline: as the first image of its trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from digits_widget.drawing import Drawing
from digits_widget.errors import DigitsError, EmptyDrawingError, ImageError
from digits_widget.picture import Source, read_picture
from digits_widget.raster import rasterize, touched
from digits_widget.steps.step import Image, Outcome
from digits_widget.trace import Snapshot, snapshot

_INK = 255
"""Full ink in the bytes of a raster."""


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
    """Draw only as much of the raster as the pen touched, if it holds full ink.

    `Crop` finds the same in it as in the whole, with less paper to search.

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
    """Refuse what is one drawing or picture, or none at all, where many are wanted.

    Raises
    ------
    ImageError
        It is not many.
    """
    one = isinstance(sources, str | bytes | Path | Drawing)
    flat = isinstance(sources, np.ndarray) and sources.ndim < 3
    if one or flat or not isinstance(sources, Iterable):
        msg = (
            f"Got one {type(sources).__name__}, expected many drawings or pictures. "
            "Put it in a list, or call the pipeline with it."
        )
        raise ImageError(msg)


def image_of(
    source: Drawing | Source, number: int, by: Callable[[Drawing], Image]
) -> Image:
    """Draw or read one of many.

    Parameters
    ----------
    source : Drawing, or what `read_picture` takes
        The one.
    number : int
        Which it is, for the message if there is something wrong with it.
    by : callable
        `draw` or `draw_cut_out`.

    Raises
    ------
    EmptyDrawingError, ImageError
        As for one alone.
    """
    try:
        return by(source) if isinstance(source, Drawing) else read_picture(source)
    except DigitsError as exc:
        msg = f"In number {number} of the batch: {exc}"
        raise type(exc)(msg) from exc


def enter(source: Drawing | Source) -> Snapshot:
    """Draw or read the first image of a trace, and say what it is.

    Raises
    ------
    EmptyDrawingError, ImageError
        There is no ink, or no picture.
    """
    if isinstance(source, Drawing):
        image = draw(source)
        strokes = "1 stroke" if len(source) == 1 else f"{len(source)} strokes"
        caption = (
            f"{strokes} drawn on {image.shape[1]}x{image.shape[0]} pixels, with edges "
            "in shades of grey."
        )
        return snapshot("raster", "Drawing", Outcome(image, caption), light=False)
    image = read_picture(source)
    channels = image.shape[2] if image.ndim == 3 else 1
    kind = {1: "greys", 3: "colours", 4: "colours and transparency"}[channels]
    caption = f"A picture of {image.shape[1]}x{image.shape[0]} pixels in {kind}."
    return snapshot("picture", "Picture", Outcome(image, caption), light=True)
