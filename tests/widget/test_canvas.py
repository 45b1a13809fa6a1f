from __future__ import annotations

from collections.abc import Callable

import ipycanvas
import pytest

from digits_widget.drawing import Stroke
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.drawing.ink import Ink

Send = Callable[..., None]


def test_a_mouse_draws(widget: DigitsWidget, send: Send) -> None:
    send("mouse_move", (0.1, 0.1))
    send("mouse_down", (0.2, 0.2))
    send("mouse_move", (0.5, 0.5))
    send("mouse_up", (0.5, 0.5))
    send("mouse_move", (0.9, 0.9))
    widget.wait()
    (stroke,) = widget._pad.drawing
    assert stroke.points.tolist() == [[0.2, 0.2], [0.5, 0.5]]


def test_the_first_finger_draws_and_a_second_does_not(
    widget: DigitsWidget, send: Send
) -> None:
    send("touch_start", (0.2, 0.2))
    send("touch_start", (0.2, 0.2), (0.9, 0.9))
    send("touch_move", (0.4, 0.4), (0.9, 0.8))
    send("touch_end")
    send("touch_move", (0.9, 0.7))
    (stroke,) = widget._pad.drawing
    assert stroke.points.tolist() == [[0.2, 0.2], [0.4, 0.4]]


def test_a_finger_that_slides_off_ends_its_stroke_at_the_edge(
    widget: DigitsWidget, send: Send
) -> None:
    send("touch_start", (0.5, 0.5))
    send("touch_move", (0.5, 1.5))
    send("touch_move", (0.9, 0.9))
    send("touch_end")
    (stroke,) = widget._pad.drawing
    assert stroke.points.tolist() == [[0.5, 0.5], [0.5, 1.0]]


def test_touch_cancel_ends_the_stroke(widget: DigitsWidget, send: Send) -> None:
    send("touch_start", (0.5, 0.5))
    send("touch_move", (0.6, 0.6))
    send("touch_cancel")
    send("touch_move", (0.7, 0.7))
    assert [len(stroke) for stroke in widget._pad.drawing] == [2]


@pytest.mark.parametrize("held", [(True, False), (False, True)])
def test_keys_undo_and_redo(
    widget: DigitsWidget, send: Send, held: tuple[bool, bool]
) -> None:
    control, command = held
    widget.draw(sample(3))
    keys = {"ctrl_key": control, "meta_key": command}
    send("key_down", key="z", shift_key=False, **keys)
    assert not widget.drawing
    send("key_down", key="Z", shift_key=True, **keys)
    assert widget.drawing == sample(3)


def test_a_handler_that_fails_is_shown(
    widget: DigitsWidget, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_event: object) -> None:
        msg = "broken handler"
        raise ValueError(msg)

    monkeypatch.setattr(widget._pad, "move", fail)
    send("mouse_move", (0.5, 0.5))
    assert str(widget.problem) == "broken handler"


def test_ink_that_fails_leaves_no_canvas_holding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    canvas = ipycanvas.Canvas(width=10, height=10)
    ink = Ink(canvas)

    def fail(*_points: object) -> None:
        msg = "broken"
        raise ValueError(msg)

    monkeypatch.setattr(canvas, "stroke_lines", fail)
    with pytest.raises(ValueError, match="broken"):
        ink.lines([Stroke([[0, 0], [1, 1]])])
    assert not canvas._canvas_manager._caching
