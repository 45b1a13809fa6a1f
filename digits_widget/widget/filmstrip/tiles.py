"""Tiles of a filmstrip: pictures, sentences and numbers of a trace, as HTML."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from digits_widget.steps.step import Image
from digits_widget.strip import numbers
from digits_widget.tile import tile_png
from digits_widget.trace import Snapshot, Trace
from digits_widget.widget.filmstrip.marks import marks

TILE = 112
"""Side of a tile in CSS pixels: a whole multiple of 28, so that pixels stay squares."""

SMALL_TILE = 84
"""The same, where two lanes are compared."""


def tiles(trace: Trace, side: int = TILE) -> str:
    """Return a list of tiles, the first for what came in, the last for the tensor."""
    after = (*trace.snapshots[1:], None)
    items = "".join(
        _tile(shot, following, side)
        for shot, following in zip(trace.snapshots, after, strict=True)
    )
    return f'<ol class="digits-tiles">{items}</ol>'


def empty_tiles(titles: Sequence[str]) -> str:
    """Return the same without pictures, for steps that have nothing to do yet."""
    items = "".join(
        f'<li><b>{escape(title)}</b><div class="digits-tile"></div><p></p></li>'
        for title in titles
    )
    return f'<ol class="digits-tiles">{items}</ol>'


def picture(image: Image, side: int = TILE) -> str:
    """Return an image that fits in a square, its pixels all of one size if they can.

    Parameters
    ----------
    image : ndarray
        As `tile_png` takes it.
    side : int
        Of the square, in CSS pixels.
    """
    rows, cols = image.shape[:2]
    longest = max(rows, cols)
    enlarged = longest <= side
    # The browser enlarges small pictures, by a whole number. Large ones get twice as
    # many pixels as CSS pixels: crisp also on a dense screen.
    scale = side // longest if enlarged else side / longest
    png = tile_png(image, side=longest if enlarged else min(longest, 2 * side))
    data = b64encode(png).decode()
    # Decoded at once, or the picture blinks with every new one.
    return (
        f'<img class="{"digits-pixels" if enlarged else ""}" decoding="sync" alt=""'
        f' width="{cols * scale:g}" height="{rows * scale:g}"'
        f' src="data:image/png;base64,{data}">'
    )


def _tile(shot: Snapshot, following: Snapshot | None, side: int) -> str:
    rows, columns = shot.shown.shape[:2]
    title, caption = escape(shot.title), escape(shot.caption)
    words = escape(numbers(shot))
    over = marks(following, shot) if following else ""
    alt = f"{title}, {rows} by {columns} pixels. {caption} {words}"
    return (
        f'<li><b>{title}</b><div class="digits-tile" title="{title}. {caption}">'
        f'<div class="digits-picture" role="img" aria-label="{alt}">'
        f"{picture(shot.shown, side)}{over}</div></div>"
        f'<p title="{caption}">{caption}</p><small>{words}</small></li>'
    )
