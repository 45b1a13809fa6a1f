"""`StepStrip`: a tile for each step, and a last one for the digit the model reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from ipywidgets import HTML, VBox

from digits_widget.certainty import percent
from digits_widget.drawing import Drawing
from digits_widget.insight.regions import Region, ink_in, regions
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.steps.step import Image
from digits_widget.tile import tile_png
from digits_widget.trace import Snapshot, Trace
from digits_widget.trace_picture import stats_with_ink
from digits_widget.widget import html

Pin = tuple[int, int, int]
"""A pixel of one step's picture: the step from 0, the row, the column."""


class StepStrip:
    """Show a trace and its answer, side by side.

    Parameters
    ----------
    takes_pins : bool
        Whether a click on a picture marks a pixel: see ``pins.js``.
    """

    def __init__(self, *, takes_pins: bool = False) -> None:
        self._name = HTML(layout={"display": "none"})
        self._name.add_class("digits-step-strip-name")
        # Use one widget for all tiles, since each message costs the browser time.
        self._strip = HTML()
        self._strip.add_class("digits-step-strip")
        if takes_pins:
            self._strip.add_class("digits-takes-pins")
        self.widget = VBox([self._name, self._strip])
        self._side = TILE
        self._prepare: Callable[[Drawing], Trace] | None = None
        self._empty = ""
        self._state = State()
        self._tiles = ""
        self._is_called = ""
        self._pin: Pin | None = None

    def pin(self, pin: Pin | None) -> None:
        """Mark a pixel, and where it is in every other tile; None marks nothing."""
        self._pin = pin
        self._draw(self._state, is_new=True)

    def call(self, name: str) -> None:
        """Put a name above the strip and make it small; an empty name undoes both."""
        if self._is_called == name:
            return
        self._is_called = name
        self._name.value = f"<b>{escape(name)}</b>" if name else ""
        self._name.layout.display = None if name else "none"
        self._side = SMALL_TILE if name else TILE
        (self._strip.add_class if name else self._strip.remove_class)("digits-small")
        self._draw(self._state, is_new=True)

    def expect(self, prepare: Callable[[Drawing], Trace]) -> None:
        """Show empty tiles for the steps of `prepare` on a blank sheet."""
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
            self._tiles = _tiles_html(state.trace, self._side, self._pin)
        self._strip.value = self._tiles + _end(state)

    def _empty_tiles(self) -> str:
        # Finding out the steps takes a drawing: do so only when needed.
        if not self._empty and self._prepare:
            self._empty = _empty_tiles_html(titles_of(self._prepare))
        return self._empty


def _end(state: State) -> str:
    """Return the last tile: the digit, large, or a dash while there is none."""
    shown = state.prediction or state.previous
    stale = " digits-stale" if shown and state.prediction is None else ""
    if shown is None:
        digit, words = "?", state.no_prediction_reason if state.drawing else ""
    else:
        digit = str(shown.label)
        words = f"{percent(shown.confidence)} confident"
    return (
        f'<div class="digits-answer{stale}"><b>Answer</b>'
        f'<div class="digits-tile">{digit}</div><p>{words}</p></div>'
    )


def titles_of(prepare: Callable[[Drawing], Trace]) -> list[str]:
    """Return the titles of a pipeline's pictures, found out with a sample."""
    try:
        return [shot.title for shot in prepare(sample(8))]
    except Exception:  # noqa: BLE001 - it will be told about drawings that are seen
        return []


TILE = 112
"""Side of a tile in CSS pixels: a multiple of 28, so that pixels stay square."""

SMALL_TILE = 84
"""Side of a tile while a person compares two strips."""


def _tiles_html(trace: Trace, side: int = TILE, pin: Pin | None = None) -> str:
    """Return a list of tiles, the first for the input, the last for the tensor."""
    shots = trace.snapshots
    pins = pinned(shots, pin, side) if pin else [("", "")] * len(shots)
    items = "".join(
        _tile(number, shot, following, pin_of, side)
        for number, (shot, following, pin_of) in enumerate(
            zip(shots, (*shots[1:], None), pins, strict=True)
        )
    )
    return f'<ol class="digits-tiles">{items}</ol>'


def _empty_tiles_html(titles: Sequence[str]) -> str:
    """Return the same without pictures, for a blank sheet."""
    items = "".join(
        f'<li><b>{escape(title)}</b><div class="digits-tile"></div><p></p></li>'
        for title in titles
    )
    return f'<ol class="digits-tiles">{items}</ol>'


def picture(image: Image, side: int = TILE) -> str:
    """Return an image that fits in a square, its pixels all of one size if possible.

    Parameters
    ----------
    image : ndarray
        The image, as `tile_png` takes it.
    side : int
        Side of the square, in CSS pixels.
    """
    rows, cols = image.shape[:2]
    longest = max(rows, cols)
    enlarged = longest <= side
    # The browser enlarges small pictures by a whole number. Large ones get twice as
    # many pixels as CSS pixels, to be crisp on a dense screen.
    scale = side // longest if enlarged else side / longest
    png = tile_png(image, side=longest if enlarged else min(longest, 2 * side))
    style = "digits-pixels" if enlarged else ""
    size = f'width="{cols * scale:g}" height="{rows * scale:g}"'
    return html.picture(png, attributes=f'class="{style}" {size}')


def pinned(shots: Sequence[Snapshot], pin: Pin, side: int) -> list[tuple[str, str]]:
    """Return for each picture the mark on it, and beside it the ink there.

    Parameters
    ----------
    shots : sequence of Snapshot
        The pictures.
    pin : Pin
        The pixel that a person has chosen.
    side : int
        Side of the square in which each picture fits, in CSS pixels.
    """
    found = regions(shots, *pin)
    return [_pin(shot, region, side) for shot, region in zip(shots, found, strict=True)]


_SEEN = 6
"""Least side of a mark, in CSS pixels."""


def _pin(shot: Snapshot, region: Region | None, side: int) -> tuple[str, str]:
    if region is None:
        return "", '<span class="digits-pin-value">not here</span>'
    longest = max(shot.shown.shape[:2])
    scale = side // longest if longest <= side else side / longest
    more = [
        max(_SEEN / scale - size, 0) / 2
        for size in (region.right - region.left, region.bottom - region.top)
    ]
    place = (
        f'x="{region.left - more[0]:g}" y="{region.top - more[1]:g}" '
        f'width="{region.right - region.left + 2 * more[0]:g}" '
        f'height="{region.bottom - region.top + 2 * more[1]:g}"'
    )
    mark = f'<rect class="digits-halo" {place}/><rect class="digits-pin" {place}/>'
    # The number stands where the mark is not.
    at = " digits-above-pin" if region.top > shot.shown.shape[0] / 2 else ""
    ink = f"{ink_in(shot.shown, region):.2f}"
    return _marks(shot, mark), f'<span class="digits-pin-value{at}">{ink}</span>'


def pin_words(shots: Sequence[Snapshot], pin: Pin) -> str:
    """Say where a pin is, and how much ink each picture has there.

    Parameters
    ----------
    shots : sequence of Snapshot
        The pictures.
    pin : Pin
        The pixel that a person has chosen.
    """
    step, row, column = pin
    told = ", ".join(
        f"{shot.title} {ink_in(shot.shown, region):.2f}"
        for shot, region in zip(shots, regions(shots, *pin), strict=True)
        if region
    )
    return f"{shots[step].title}, row {row}, column {column}. Ink there: {told}."


def _tile(
    number: int,
    shot: Snapshot,
    following: Snapshot | None,
    pin: tuple[str, str],
    side: int,
) -> str:
    rows, columns = shot.shown.shape[:2]
    title, caption = escape(shot.title), escape(shot.caption)
    words = escape(stats_with_ink(shot))
    over = (box(following, shot) if following else "") + arrow(shot)
    alt = f"{title}, {rows} by {columns} pixels. {caption} {words}"
    return (
        f'<li><b>{title}</b><div class="digits-tile" title="{title}. {caption}">'
        f'<div class="digits-picture" role="img" aria-label="{alt}" '
        f'data-step="{number}" data-rows="{rows}" data-columns="{columns}">'
        f"{picture(shot.shown, side)}{over}{pin[0]}</div>{pin[1]}</div>"
        f'<p title="{caption}">{caption}</p><small>{words}</small></li>'
    )


_HEAD = 0.07
"""Length of an arrow's head, as a share of the picture's longer side."""


def box(step: Snapshot, source: Snapshot) -> str:
    """Return an SVG with a box around the part that a step kept.

    Parameters
    ----------
    step : Snapshot
        The result of the step.
    source : Snapshot
        The image before it; the SVG lies over its picture.
    """
    rows, cols = source.shown.shape[:2]
    # On a blank picture the step found none.
    left, top, right, bottom = step.decided.get("box") or (0, 0, cols, rows)
    if (left, top, right, bottom) == (0, 0, cols, rows):
        return ""
    place = (
        f'x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}"'
    )
    return _marks(source, f'<rect class="digits-halo" {place}/><rect {place}/>')


def arrow(shot: Snapshot) -> str:
    """Return an SVG with an arrow along which a step moved the ink, over its result."""
    if not any(shot.decided.get("shift") or ()):
        return ""
    (x, y), (right, down) = shot.decided["from"], shot.decided["to"]
    side = max(shot.shown.shape[:2])
    return _marks(shot, _arrow(x + 0.5, y + 0.5, right + 0.5, down + 0.5, side))


def _marks(shot: Snapshot, shapes: str) -> str:
    """Return shapes in columns and rows of a picture; its first pixel begins at 0."""
    rows, cols = shot.shown.shape[:2]
    return (
        f'<svg class="digits-marks" viewBox="0 0 {cols} {rows}" aria-hidden="true"'
        f' preserveAspectRatio="none">{shapes}</svg>'
    )


def _arrow(x: float, y: float, to_x: float, to_y: float, side: int) -> str:
    """Draw an arrow that ends exactly at its target, with a ring at its start."""
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    head = min(_HEAD * side, length)
    along_x, along_y = (to_x - x) / length * head, (to_y - y) / length * head
    back_x, back_y = to_x - along_x, to_y - along_y
    half_x, half_y = -along_y / 2, along_x / 2
    line = f"M{x:.4g} {y:.4g}L{to_x:.4g} {to_y:.4g}"
    wings = (
        f"M{back_x + half_x:.4g} {back_y + half_y:.4g}L{to_x:.4g} {to_y:.4g}"
        f"L{back_x - half_x:.4g} {back_y - half_y:.4g}"
    )
    ring = f'<circle cx="{x:.4g}" cy="{y:.4g}" r="{0.025 * side:.3g}"/>'
    return (
        f'<path class="digits-halo" d="{line}{wings}"/><path d="{line}{wings}"/>{ring}'
    )
