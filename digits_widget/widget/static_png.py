"""`static_png`: one picture of the whole widget, for places without a kernel.

A saved notebook, a web page and a printed sheet show it in the widget's place.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from digits_widget.drawing import Drawing
from digits_widget.inputs import paper_of
from digits_widget.prediction import Prediction
from digits_widget.state import State
from digits_widget.tile import tile_png
from digits_widget.trace import Snapshot
from digits_widget.widget.panels.confidences.confidences import sentence

_SIDE = 200
_TILE = 84
_GAP = 16
_ROW = _TILE + 3 * _GAP
_ACROSS = 6
_WIDTH = 640
_INK = "#202020"
_BEST = "#1565c0"
_GREY = "#9e9e9e"


def static_png(state: State, strips: Sequence[tuple[str, State]] = ()) -> bytes:
    """Return drawing, bars and steps as one PNG.

    Parameters
    ----------
    state : State
        The state to show. A blank one gives empty paper and a sentence on what to do.
    strips : sequence of (str, State), optional
        Names and states of several pipelines, if a person compares them: the picture
        has the steps of each, and the digit that the model read.

    Returns
    -------
    bytes
        PNG, 640 pixels wide, on white.
    """
    rows = _rows(state, strips)
    height = _SIDE + 2 * _GAP + _ROW * len(rows)
    sheet = Image.new("RGB", (_WIDTH, height), "white")
    draw = ImageDraw.Draw(sheet)
    sheet.paste(_paper(state.drawing), (_GAP, _GAP))
    draw.rectangle((_GAP - 1, _GAP - 1, _GAP + _SIDE, _GAP + _SIDE), outline=_GREY)
    left = _SIDE + 3 * _GAP
    words = sentence(state) if state.drawing else "Run this cell to draw a digit here."
    # Pillow's own font has no no-break space.
    words = words.replace("\N{NO-BREAK SPACE}", " ")
    draw.text((left, _GAP), words, fill=_INK, font=_font(14))
    _bars(draw, state.prediction, left)
    for number, (name, shots) in enumerate(rows):
        _tiles(sheet, name, shots, top=_SIDE + 2 * _GAP + _ROW * number)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _rows(
    state: State, strips: Sequence[tuple[str, State]]
) -> list[tuple[str, Sequence[Snapshot]]]:
    """Return names and tiles, row by row; a long strip takes several rows."""
    rows: list[tuple[str, Sequence[Snapshot]]] = []
    for name, strip in strips or [("", state)]:
        shots = strip.trace.snapshots if strip.trace else ()
        answer = f" reads {strip.prediction.label}" if name and strip.prediction else ""
        for start in range(0, len(shots), _ACROSS):
            words = "" if start else f"{name}{answer}"
            rows.append((words, shots[start : start + _ACROSS]))
    return rows


def _paper(drawing: Drawing) -> Image.Image:
    return Image.open(io.BytesIO(tile_png(paper_of(drawing, side=_SIDE), side=_SIDE)))


def _bars(draw: ImageDraw.ImageDraw, prediction: Prediction | None, left: int) -> None:
    right, step = _WIDTH - _GAP - 48, 17
    for digit in range(10):
        top = _GAP + 28 + step * digit
        draw.text((left, top), str(digit), fill=_INK, font=_font(12))
        if prediction is None:
            draw.line((left + 16, top, left + 16, top + 12), fill=_GREY)
            continue
        confidence = float(prediction.confidences[digit])
        best = digit == prediction.label
        end = left + 16 + confidence * (right - left - 16)
        colour = _BEST if best else _GREY
        draw.rectangle((left + 16, top + 1, end, top + 12), fill=colour)
        number = f"{100 * confidence:.1f}{' <' if best else ''}"
        draw.text((right + 6, top), number, fill=_INK, font=_font(12))


def _tiles(
    sheet: Image.Image, name: str, shots: Sequence[Snapshot], *, top: int
) -> None:
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP, top), name, fill=_INK, font=_font(12))
    top, left = top + _GAP, _GAP
    for shot in shots:
        title = _short(draw, shot.title, _TILE + _GAP)
        draw.text((left, top), title, fill=_INK, font=_font(11))
        with Image.open(io.BytesIO(tile_png(shot.shown, side=_TILE))) as tile:
            across, down = ((_TILE - length) // 2 for length in tile.size)
            sheet.paste(tile.convert("RGB"), (left + across, top + _GAP + down))
        draw.rectangle(
            (left - 1, top + _GAP - 1, left + _TILE, top + _GAP + _TILE), outline=_GREY
        )
        left += _TILE + _GAP + 4


def _short(draw: ImageDraw.ImageDraw, title: str, width: int) -> str:
    """Return a title, cut to the room that there is."""
    short = title
    while draw.textlength(short, font=_font(11)) > width:
        short = f"{short.rstrip('.')[:-1]}..."
    return short


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
