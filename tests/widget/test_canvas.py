from __future__ import annotations

import ipycanvas
import numpy as np
import pytest

from digits_widget.drawing import Stroke
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.canvas.renderer import Surface
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver


@pytest.fixture
def page(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the paper and its tools."""
    return look(widget.canvas)


def test_a_mouse_draws(widget: DigitsWidget, page: PanelDriver) -> None:
    page.send("mouse_move", (0.1, 0.1))
    page.stroke((0.2, 0.2), (0.5, 0.5))
    page.send("mouse_move", (0.9, 0.9))
    page.settle()
    (stroke,) = widget.drawing
    assert stroke.points.tolist() == [[0.2, 0.2], [0.5, 0.5]]


def test_the_first_finger_draws_and_a_second_does_not(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.send("touch_start", (0.2, 0.2))
    page.send("touch_start", (0.2, 0.2), (0.9, 0.9))
    page.send("touch_move", (0.4, 0.4), (0.9, 0.8))
    page.send("touch_end")
    page.send("touch_move", (0.9, 0.7))
    page.settle()
    (stroke,) = widget.drawing
    assert stroke.points.tolist() == [[0.2, 0.2], [0.4, 0.4]]


def test_a_finger_that_slides_off_goes_on_where_it_comes_back(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.send("touch_start", (0.5, 0.5))
    page.send("touch_move", (0.5, 1.5))
    page.send("touch_move", (0.9, 1.5))
    page.send("touch_move", (0.9, 0.9))
    page.send("touch_end")
    page.settle()
    first, second = widget.drawing
    assert first.points.tolist() == [[0.5, 0.5], [0.5, 1.0]]
    assert second.points.tolist() == [[0.9, 1.0], [0.9, 0.9]]


def test_touch_cancel_ends_the_stroke(widget: DigitsWidget, page: PanelDriver) -> None:
    page.send("touch_start", (0.5, 0.5))
    page.send("touch_move", (0.6, 0.6))
    page.send("touch_cancel")
    page.send("touch_move", (0.7, 0.7))
    page.settle()
    assert [len(stroke) for stroke in widget.drawing] == [2]


@pytest.mark.parametrize("held", ["control", "meta"])
def test_keys_undo_and_redo(widget: DigitsWidget, page: PanelDriver, held: str) -> None:
    widget.draw(sample(3))
    page.press_key("z", **{held: True})
    assert not widget.drawing
    page.press_key("Z", shift=True, **{held: True})
    assert widget.drawing == sample(3)


def test_a_fast_hand_loses_no_point_and_is_not_followed_one_by_one(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    seen: list[object] = []
    widget.observe(lambda change: seen.append(change["new"]), names="drawing")
    paper = page.paper()
    line = [(0.1 + 0.002 * step, 0.5) for step in range(400)]
    page.stroke(*line)
    page.settle()
    (stroke,) = widget.drawing
    assert np.allclose(stroke.points, line)
    painted = np.concatenate(paper.sheets[-1])
    assert np.allclose(np.unique(painted[:, 0].round(6)), [x for x, _ in line])
    assert len(seen) < 200
    assert sum(map(len, paper.sheets)) < 200


def test_a_handler_that_fails_is_shown(
    widget: DigitsWidget, page: PanelDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_event: object) -> None:
        msg = "broken handler"
        raise ValueError(msg)

    # No hand can make a handler fail: forced from inside.
    monkeypatch.setattr(widget._controller, "move", fail)
    page.send("mouse_move", (0.5, 0.5))
    assert str(widget.problem) == "broken handler"
    assert "broken handler" in page.problem()


def test_ink_that_fails_leaves_no_canvas_holding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    canvas = ipycanvas.Canvas(width=10, height=10)
    surface = Surface(canvas)

    def fail(*_points: object) -> None:
        msg = "broken"
        raise ValueError(msg)

    monkeypatch.setattr(canvas, "stroke_lines", fail)
    with pytest.raises(ValueError, match="broken"):
        surface.lines([Stroke([[0, 0], [1, 1]])])
    assert not canvas._canvas_manager._caching
