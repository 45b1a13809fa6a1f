"""`Deck`: a row of names, and under it the one panel that is open."""

from __future__ import annotations

from collections.abc import Mapping

from ipywidgets import Box, DOMWidget, ToggleButtons, VBox


class Deck:
    """Show one of several panels. The others are not on the screen at all.

    Parameters
    ----------
    panels : mapping of str to DOMWidget
        By what the row calls them. The first is open.
    """

    def __init__(self, panels: Mapping[str, DOMWidget]) -> None:
        self._panels = panels
        self.row = ToggleButtons(options=tuple(panels), tooltips=tuple(panels))
        self.row.add_class("digits-deck-row")
        self._open = Box()
        self._open.add_class("digits-deck-open")
        self.row.observe(self._turn, names="value")
        self.widget = VBox([self.row, self._open])
        self.widget.add_class("digits-deck")
        self._turn()

    def open(self, name: str) -> None:
        """Open the panel of this name, as the row calls it."""
        self.row.value = name

    def _turn(self, _change: object = None) -> None:
        self._open.children = [self._panels[self.row.value]]
