"""An animated GIF of an error diffusion: the print so far, and the error carried."""

from __future__ import annotations

import io
from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digits_widget.insight.microscope import Frame
from digits_widget.widget.panels.dithering.microscope_picture import (
    FULL,
    LACKS,
    NOW,
    OWED,
)

MOST = 200
"""The most frames; of a longer diffusion, pixels in even steps."""

_MOMENT = 60
"""Milliseconds from frame to frame."""

_PAUSE = 2500
"""Milliseconds that the finished print stays before the GIF begins again."""

_SIDE = 196
"""Pixels along the longer side of each of the two pictures, at most; and the width of
the words above it, at least."""

_HEAD, _MARGIN = 18, 8
"""Pixels above the pictures, for words, and around and between them."""

# One palette for all frames keeps the file small: 64 greys from paper to ink, 32
# oranges and 31 blues from pale to full, and the colour of the mark.
_GREYS, _ORANGES, _BLUES = 64, 32, 31
_MARK = _GREYS + _ORANGES + _BLUES

Indices = NDArray[np.uint8]
"""(rows, cols): a colour of the palette for each pixel."""


def diffusion_gif(frames: Sequence[Frame]) -> bytes:
    """Draw a diffusion as a GIF that plays for ever, with a pause at its end.

    It has at most `MOST` frames of two pictures: the print so far, and the error that
    waits at each later pixel. A square marks the pixel in work.

    Parameters
    ----------
    frames : sequence of Frame
        As the function `frames` returns them; at least one. A picture of 28x28 pixels
        gives up to 400 kB, a digit usually 200 kB.

    Returns
    -------
    bytes
        The file.
    """
    kept = frames[:: -ceil(len(frames) / MOST)][::-1]
    ground = _ground(kept[0].carried.shape)
    first, *others = (
        Image.fromarray(_drawn(frame, ground, is_last=frame is kept[-1]))
        for frame in kept
    )
    file = io.BytesIO()
    for picture in (first, *others):
        picture.putpalette(_palette())
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[_MOMENT] * len(others) + [_PAUSE],
        loop=0,
        optimize=False,
    )
    return file.getvalue()


def _palette() -> bytes:
    """Return 128 colours, 3 bytes each."""
    parts = [
        _shades(np.zeros(3), _GREYS),
        _shades(LACKS, _ORANGES),
        _shades(OWED, _BLUES),
        NOW[None],
    ]
    return np.rint(255 * np.concatenate(parts)).astype(np.uint8).tobytes()


def _shades(colour: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return (count, 3) colours in [0, 1] from white to `colour`."""
    return 1 + np.linspace(0, 1, count)[:, None] * (colour - 1)


def _scale(shape: tuple[int, ...]) -> int:
    return max(1, _SIDE // max(shape))


def _ground(shape: tuple[int, ...]) -> Indices:
    """Return what is the same in all frames: words, and a frame around each picture."""
    rows, cols = (_scale(shape) * n for n in shape)
    size = (sum(_lefts(cols)) + max(cols, _SIDE), _HEAD + rows + _MARGIN)
    paper = Image.new("L", size, 255)
    pen, font = ImageDraw.Draw(paper), ImageFont.load_default()
    for left, words in zip(_lefts(cols), _WORDS, strict=True):
        pen.text((left, 3), words, fill=0, font=font)
        box = (left - 1, _HEAD - 1, left + cols, _HEAD + rows)
        pen.rectangle(box, outline=190)
    return _grey(1 - np.asarray(paper) / 255)


_WORDS = "Picture so far", "Error: orange too little ink, blue too much"


def _lefts(cols: int) -> tuple[int, int]:
    return _MARGIN, 2 * _MARGIN + max(cols, _SIDE)


def _drawn(frame: Frame, ground: Indices, *, is_last: bool) -> Indices:
    """Draw a frame; the last one, which stays, has no mark."""
    drawn = ground.copy()
    scale = _scale(frame.carried.shape)
    rows, cols = (scale * n for n in frame.carried.shape)
    pictures = _grey(np.clip(frame.step.picture, 0, 1)), _tinted(frame.carried)
    for left, picture in zip(_lefts(cols), pictures, strict=True):
        large = drawn[_HEAD : _HEAD + rows, left : left + cols]
        large[:] = picture.repeat(scale, axis=0).repeat(scale, axis=1)
        if not is_last:
            _mark(large, frame, scale)
    return drawn


def _grey(ink: NDArray[np.float64]) -> Indices:
    return np.rint((_GREYS - 1) * ink).astype(np.uint8)


def _tinted(error: NDArray[np.float64]) -> Indices:
    """Return errors as oranges where ink is missing, else as blues."""
    share = np.clip(np.abs(error) / FULL, 0, 1)
    orange = _GREYS + np.rint((_ORANGES - 1) * share)
    blue = _GREYS + _ORANGES + np.rint((_BLUES - 1) * share)
    return np.where(error > 0, orange, blue).astype(np.uint8)


def _mark(large: Indices, frame: Frame, scale: int) -> None:
    """Draw a square around the pixel in work."""
    top, left = scale * frame.step.y, scale * frame.step.x
    cell = large[top : top + scale, left : left + scale]
    inner = cell[2:-2, 2:-2].copy()
    cell[:] = _MARK
    cell[2:-2, 2:-2] = inner
