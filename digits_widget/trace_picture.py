"""A trace side by side, step by step: HTML for a live notebook, PNG for a saved one."""

from __future__ import annotations

import base64
import html
import io
import textwrap
from collections.abc import Iterable
from typing import Any, Protocol

from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digits_widget.tile import tile_png

_SIDE = 112
_GAP = 16
_LINE = 13
_TEXT_LINES = 8


class TileContent(Protocol):
    """The part of a `Snapshot` that a tile shows."""

    @property
    def title(self) -> str:
        """Name on screen."""
        ...

    @property
    def caption(self) -> str:
        """One plain sentence."""
        ...

    @property
    def image(self) -> NDArray[Any]:
        """The numbers."""
        ...

    @property
    def shown(self) -> NDArray[Any]:
        """The picture, as `tile_png` takes it."""
        ...


def shape_and_dtype(image: NDArray[Any]) -> str:
    """Return shape and dtype: ``(28, 28) float32``.

    The shape has rows first, as in NumPy; captions tell width by height.
    """
    return f"{image.shape} {image.dtype}"


def range_and_mean(image: NDArray[Any]) -> str:
    """Return the range and mean of the numbers: ``0 to 1, mean 0.088``."""
    low, high, mean = float(image.min()), float(image.max()), float(image.mean())
    return f"{low:.3g} to {high:.3g}, mean {mean:.3g}"


def stats(image: NDArray[Any]) -> str:
    """Return both in one line: ``(28, 28) float32, 0 to 1, mean 0.088``."""
    return f"{shape_and_dtype(image)}, {range_and_mean(image)}"


def stats_with_ink(shot: TileContent) -> str:
    """Return `stats` of the numbers, and how many pixels have any ink."""
    if shot.shown.ndim != 2:
        return stats(shot.image)
    return f"{stats(shot.image)}, ink on {float((shot.shown > 0).mean()):.0%}"


def trace_html(shots: Iterable[TileContent]) -> str:
    """Return tiles side by side, for light and dark themes and screen readers."""
    tiles = "".join(_html_tile(shot) for shot in shots)
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start">'
        f"{tiles}</div>"
    )


def _html_tile(shot: TileContent) -> str:
    png = base64.b64encode(tile_png(shot.shown, side=_SIDE)).decode()
    title, caption = html.escape(shot.title), html.escape(shot.caption)
    words = html.escape(stats_with_ink(shot))
    # The text has the colour of the page; the paper is white in every theme.
    return (
        f'<figure style="margin:0;width:{_SIDE + 32}px;color:inherit">'
        f'<img alt="{title}: {words}" src="data:image/png;base64,{png}" '
        f'style="height:{_SIDE}px;max-width:100%;object-fit:contain;background:#fff;'
        'border:1px solid #888;image-rendering:pixelated">'
        f'<figcaption style="font-size:12px;line-height:1.35"><b>{title}</b><br>'
        f"{caption}<br><small>{words}</small></figcaption></figure>"
    )


def trace_png(shots: Iterable[TileContent]) -> bytes:
    """Return the tiles as one PNG, on white paper."""
    tiles = [_png_tile(shot) for shot in shots]
    width = sum(tile.width for tile in tiles) + _GAP * (len(tiles) + 1)
    height = max(tile.height for tile in tiles) + 2 * _GAP
    paper = Image.new("RGB", (width, height), "white")
    left = _GAP
    for tile in tiles:
        paper.paste(tile, (left, _GAP))
        left += tile.width + _GAP
    buffer = io.BytesIO()
    paper.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _png_tile(shot: TileContent) -> Image.Image:
    picture = Image.open(io.BytesIO(tile_png(shot.shown, side=_SIDE))).convert("RGB")
    width = max(_SIDE, picture.width) + 24
    lines = textwrap.wrap(shot.caption, width // 5)[:_TEXT_LINES]
    height = _SIDE + 16 + _LINE * (len(lines) + 1)
    tile = Image.new("RGB", (width, height), "white")
    tile.paste(picture, (0, 0))
    draw = ImageDraw.Draw(tile)
    draw.rectangle((0, 0, picture.width, picture.height), outline="#888888")
    font = ImageFont.load_default(10)
    for number, text in enumerate([shot.title, *lines]):
        colour = "#444444" if number else "black"
        draw.text((0, _SIDE + 16 + _LINE * number), text, colour, font)
    return tile
