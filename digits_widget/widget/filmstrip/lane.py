"""`Lane`: one pipeline's tiles, and at their end what the model reads."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ipywidgets import HTML, VBox

from digits_widget.drawing import Drawing
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.filmstrip.tiles import SMALL_TILE, TILE, empty_tiles, tiles
from digits_widget.widget.unasked import why_unasked


class Lane:
    """Show a trace and its answer, side by side."""

    def __init__(self) -> None:
        self._name = HTML(layout={"display": "none"})
        self._name.add_class("digits-lane-name")
        # One widget for all: a browser works on each message that it gets.
        self._strip = HTML()
        self._strip.add_class("digits-lane")
        self.widget = VBox([self._name, self._strip])
        self._side = TILE
        self._prepare: Callable[[Drawing], Trace] | None = None
        self._empty = ""
        self._state = State()
        self._tiles = ""
        self._is_called = ""

    def call(self, name: str) -> None:
        """Put a name above the lane and make it small; no name makes it large again."""
        if self._is_called == name:
            return
        self._is_called = name
        self._name.value = f"<b>{escape(name)}</b>" if name else ""
        self._name.layout.display = None if name else "none"
        self._side = SMALL_TILE if name else TILE
        (self._strip.add_class if name else self._strip.remove_class)("digits-small")
        self._draw(self._state, is_new=True)

    def expect(self, prepare: Callable[[Drawing], Trace]) -> None:
        """Have empty tiles for the steps of `prepare` while nothing is drawn."""
        self._prepare, self._empty = prepare, ""
        if self._state.trace is None:
            self._draw(self._state)

    def show(self, state: State) -> None:
        """Draw the steps of `state` and its answer, or empty tiles."""
        is_new = state.trace is not self._state.trace
        self._state = state
        self._draw(state, is_new=is_new)

    def _draw(self, state: State, *, is_new: bool = False) -> None:
        if state.trace is None:
            self._tiles = self._empty_tiles()
        elif is_new:
            self._tiles = tiles(state.trace, self._side)
        self._strip.value = self._tiles + _end(state)

    def _empty_tiles(self) -> str:
        # Which steps there are takes a drawing to find out: only when it is asked.
        if not self._empty and self._prepare:
            self._empty = empty_tiles(_titles(self._prepare))
        return self._empty


def _end(state: State) -> str:
    """Return the last tile: the digit, large, or a dash while there is none."""
    shown = state.prediction or state.previous
    stale = " digits-stale" if shown and state.prediction is None else ""
    if shown is None:
        digit, words = "?", why_unasked(state) if state.drawing else ""
    else:
        digit = str(shown.label)
        words = f"{100 * shown.confidence:.1f}\N{NO-BREAK SPACE}% confident"
    return (
        f'<div class="digits-answer{stale}"><b>Answer</b>'
        f'<div class="digits-tile">{digit}</div><p>{words}</p></div>'
    )


def _titles(prepare: Callable[[Drawing], Trace]) -> list[str]:
    """Return the titles of the tiles to come, learnt from a drawing nobody sees."""
    try:
        return [shot.title for shot in prepare(sample(8))]
    except Exception:  # noqa: BLE001 - it will be told about drawings that are seen
        return []
