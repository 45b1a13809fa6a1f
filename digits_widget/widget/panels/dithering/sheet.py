"""`DitheringSheet`: one tile for each method, which picks it.

65 buttons with pictures would be about 200 widgets. Here the tiles are the buttons of
one `ToggleButtons`; a single style sheet brings their pictures and answers, so that a
new drawing takes one message and the focus stays where it is.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
from ipywidgets import HTML, ToggleButtons, VBox

from digits_widget.dithering import CATALOGUE
from digits_widget.dithering.own import YOURS
from digits_widget.dithering.quality import MOST
from digits_widget.insight.contact_sheet import NONE, Tile
from digits_widget.tile import tile_png

_SIDE = 84
"""Side of a picture in CSS pixels: three for each pixel of the image."""

_PITCH = 30
"""Pixels from one picture to the next in the strip: 28, and a margin of paper."""

_numbers = count(1)
"""Numbers that tell the sheets of a page apart."""


class DitheringSheet:
    """Show tiles, and report which one a person picks.

    Parameters
    ----------
    picked : callable
        Receives the name on the picked tile.
    """

    def __init__(self, picked: Callable[[str], None]) -> None:
        self._picked = picked
        self._lock = threading.RLock()
        self._is_quiet = False
        self._name = f"digits-sheet-{next(_numbers)}"
        self._order: tuple[str, ...] = (NONE, *CATALOGUE)
        self._buttons = ToggleButtons(
            options=self._order, value=NONE, tooltips=[*map(_tooltip, self._order)]
        )
        self._buttons.add_class("digits-sheet")
        self._buttons.add_class(self._name)
        self._style = HTML(layout={"display": "none"})
        self.widget = VBox([self._style, self._buttons])
        self.widget.add_class("digits-sheet-frame")
        self._buttons.observe(self._press, names="value")

    def show(self, tiles: Sequence[Tile]) -> None:
        """Put the pictures and answers of `tiles` on the buttons, in their order."""
        strip = np.zeros((28, _PITCH * len(tiles)), np.float32)
        rules = []
        for number, tile in enumerate(tiles):
            strip[:, number * _PITCH : number * _PITCH + 28] = tile.shown
            left = -number * _PITCH * _SIDE // 28
            rules.append(
                f'.{self._name} button[data-value="{tile.name}"]{{--left:{left}px;'
                f'--said:"{_said(tile)}";--far:"{_far(tile)}";'
                f"{'' if tile.agrees else _APART}}}"
            )
        png = b64encode(tile_png(strip, side=strip.shape[1])).decode()
        rules.append(
            f".{self._name} button{{--strip:url(data:image/png;base64,{png});"
            f"--length:{strip.shape[1] * _SIDE // 28}px}}"
        )
        with self._lock:
            self._style.value = f"<style>{''.join(rules)}</style>"
            self._arrange(tuple(tile.name for tile in tiles))

    def clear(self) -> None:
        """Show blank tiles."""
        self._style.value = ""

    def mark(self, name: str) -> None:
        """Show which tile is picked, without calling `picked`."""
        with self._lock:
            if name not in self._order:
                self._arrange((NONE, name, *self._order[1:]))
            if self._buttons.value != name:
                self._is_quiet = True
                self._buttons.value = name
                self._is_quiet = False

    def _arrange(self, order: tuple[str, ...]) -> None:
        if order == self._order:
            return
        self._is_quiet, picked = True, self._buttons.value
        with self._buttons.hold_sync():
            self._buttons.tooltips = [*map(_tooltip, order)]
            self._buttons.options = order
            self._buttons.value = picked
        self._is_quiet, self._order = False, order

    def _press(self, change: dict[str, str]) -> None:
        with self._lock:
            is_quiet = self._is_quiet
        if not is_quiet:
            self._picked(change["new"])


_APART = "--ink:var(--digits-apart)"


def _said(tile: Tile) -> str:
    """Return the answer in a few letters; a shape marks one that differs."""
    answer = tile.prediction
    if answer is None:
        return "○ blank"
    mark = "" if tile.agrees else "▲ "
    return f"{mark}{answer.label} · {100 * answer.confidence:.0f} %"


def _far(tile: Tile) -> str:
    """Return how near the picture is to the greys, seen from afar."""
    psnr = tile.quality.psnr
    if tile.name == NONE:
        return ""
    return f"{psnr:.0f} dB" if psnr < MOST else "the same"


def _tooltip(name: str) -> str:
    if name == NONE:
        return "No dithering"
    if name == YOURS:
        return "yours: your own kernel or threshold matrix"
    method = CATALOGUE[name]
    return f"{name}: {method.author}, {method.year}, {method.family}"
