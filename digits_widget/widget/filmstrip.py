"""`Filmstrip`: every step on the way to the model, as a picture and a sentence."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from ipywidgets import HTML

from digits_widget.state import State
from digits_widget.tile import tile_png
from digits_widget.trace import Snapshot

TILE = 112
"""Side of a tile in CSS pixels: a whole multiple of 28, so that pixels stay squares."""


class Filmstrip:
    """Show the trace of a drawing.

    Parameters
    ----------
    titles : sequence of str
        Of the steps, for the empty tiles while there is no drawing.
    """

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = titles
        self.widget = HTML()
        self.widget.add_class("digits-filmstrip")
        self.show(State())

    def show(self, state: State) -> None:
        """Draw the steps of `state`, or empty tiles if it has none."""
        if state.trace:
            tiles = [_tile(shot) for shot in state.trace]
        else:
            tiles = [_empty_tile(title) for title in self._titles]
        self.widget.value = f'<ol class="digits-tiles">{"".join(tiles)}</ol>'


def _tile(shot: Snapshot) -> str:
    # Twice as many pixels as CSS pixels: crisp also on a dense screen.
    data = b64encode(tile_png(shot.shown, side=2 * TILE)).decode()
    rows, columns = shot.shown.shape[:2]
    title, caption = escape(shot.title), escape(shot.caption)
    return (
        f'<li><b>{title}</b><div class="digits-tile">'
        # Decoded at once, or the picture blinks with every new one.
        f'<img decoding="sync" alt="{title}, {rows} by {columns} pixels. {caption}"'
        f' src="data:image/png;base64,{data}"></div>'
        f'<p title="{caption}">{caption}</p></li>'
    )


def _empty_tile(title: str) -> str:
    return f'<li><b>{escape(title)}</b><div class="digits-tile"></div><p></p></li>'
