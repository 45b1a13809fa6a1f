from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from digits_widget.widget import DigitsWidget
from digits_widget.widget.drawing.cursor import FAR, GRID
from digits_widget.widget.drawing.tool import Tool

Send = Callable[..., None]


def press(send: Send, *keys: str, shift: bool = False) -> None:
    for key in keys:
        send("key_down", key=key, shift_key=shift, ctrl_key=False, meta_key=False)


def cell(column: int, row: int) -> list[float]:
    return [(column + 0.5) / GRID, (row + 0.5) / GRID]


@pytest.mark.parametrize("pen", [" ", "Enter"])
def test_arrows_draw_from_cell_to_cell_while_the_pen_is_down(
    widget: DigitsWidget, send: Send, pen: str
) -> None:
    press(send, "ArrowLeft", "ArrowUp", pen, "ArrowRight", "ArrowDown", pen)
    press(send, "ArrowDown")
    widget.wait()
    (stroke,) = widget._pad.drawing
    assert stroke.points.tolist() == [cell(13, 13), cell(14, 13), cell(14, 14)]


def test_shift_goes_far_and_the_edge_holds(widget: DigitsWidget, send: Send) -> None:
    press(send, " ")
    press(send, "ArrowRight", shift=True)
    press(send, *["ArrowUp"] * GRID)
    press(send, " ")
    (stroke,) = widget._pad.drawing
    assert stroke.points[1].tolist() == cell(14 + FAR, 14)
    assert stroke.points[-1].tolist() == cell(14 + FAR, 0)


@pytest.mark.parametrize("leaving", ["Escape", "Tab"])
def test_leaving_lifts_the_pen_and_keeps_the_stroke(
    widget: DigitsWidget, send: Send, leaving: str
) -> None:
    press(send, " ", "ArrowRight", leaving, "ArrowRight")
    assert widget._pad.pointer is None
    assert [len(stroke) for stroke in widget._pad.drawing] == [2]


def test_a_mouse_takes_over_from_the_keys(widget: DigitsWidget, send: Send) -> None:
    press(send, " ", "ArrowRight")
    send("mouse_down", (0.2, 0.2))
    send("mouse_move", (0.3, 0.3))
    send("mouse_up", (0.3, 0.3))
    assert [len(stroke) for stroke in widget._pad.drawing] == [2, 2]


def test_undo_takes_a_stroke_of_the_keys_back(widget: DigitsWidget, send: Send) -> None:
    press(send, " ", "ArrowRight", " ", "ArrowDown", " ", "ArrowRight")
    widget.undo()
    assert [len(stroke) for stroke in widget._pad.drawing] == [2]
    press(send, "ArrowRight")
    assert [len(stroke) for stroke in widget._pad.drawing] == [2]


def test_the_place_is_said_in_words(widget: DigitsWidget, send: Send) -> None:
    press(send, "ArrowUp", " ")
    words = widget._canvas._cursor.widget.value
    assert "Column 15, row 14, pen down" in words


def test_a_tool_other_than_the_pen_works_by_keys_too(
    widget: DigitsWidget, send: Send
) -> None:
    press(send, " ", "ArrowRight", " ")
    widget._pad.tool = Tool.STROKES
    press(send, " ", "ArrowLeft", " ")
    assert not widget._pad.drawing
    widget.undo()
    assert np.allclose(widget._pad.drawing.strokes[0].points[0], cell(14, 14))
